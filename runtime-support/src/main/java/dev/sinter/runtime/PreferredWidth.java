package dev.sinter.runtime;

import jdk.incubator.vector.FloatVector;

/** The only class here that mentions the incubator module; touched only where the module is known to be present. */
final class PreferredWidth {
    private PreferredWidth() {
    }

    static int bits() {
        return FloatVector.SPECIES_PREFERRED.vectorBitSize();
    }
}
