package com.acme.tiny;

import java.util.Arrays;

/** Runs the model in a program that has nothing but the project's jar and the runtime. */
public final class Main {
    private Main() {
    }

    /**
     * Prints what the model gives for ones, and whether this runs as a module.
     *
     * @param args
     *            none
     */
    public static void main(String[] args) {
        try (var model = Tiny.load()) {
            System.out.println(Arrays.toString(model.run(new float[]{1, 1, 1, 1}, 1).hiddenState()) + ", module "
                    + Main.class.getModule().getName());
        }
    }
}
