package dev.sinter.codegen;

import dev.sinter.runtime.Form;
import java.util.Set;

/**
 * What to emit.
 *
 * @param packageName
 *            package of the emitted classes
 * @param className
 *            simple name they begin with
 * @param checked
 *            whether the model is run with arenas filled with garbage first
 * @param forms
 *            forms to emit: all for a jar, one for a model compiled just in time
 * @param winograd
 *            whether convolutions may be computed by Winograd's algorithm, which rounds differently
 */
public record CodegenOptions(String packageName, String className, boolean checked, Set<Form> forms,
        boolean winograd) {
    /** Copies the set. */
    public CodegenOptions {
        forms = Set.copyOf(forms);
    }

    /**
     * All forms, and every algorithm.
     *
     * @param packageName
     *            package of the emitted classes
     * @param className
     *            simple name they begin with
     * @param checked
     *            whether the model is run with arenas filled with garbage first
     */
    public CodegenOptions(String packageName, String className, boolean checked) {
        this(packageName, className, checked, Set.of(Form.values()), true);
    }

    /**
     * The same with other forms.
     *
     * @param wanted
     *            forms to emit
     * @return new options
     */
    public CodegenOptions withForms(Set<Form> wanted) {
        return new CodegenOptions(packageName, className, checked, wanted, winograd);
    }

    /**
     * The same with or without Winograd's algorithm.
     *
     * @param allowed
     *            whether convolutions may be computed by it
     * @return new options
     */
    public CodegenOptions withWinograd(boolean allowed) {
        return new CodegenOptions(packageName, className, checked, forms, allowed);
    }
}
