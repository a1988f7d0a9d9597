package dev.sinter.runtime;

import java.util.Map;

/** Runs in a JVM of its own: defines a model twice and prints its form and a result. */
final class OtherJvm {
    private OtherJvm() {
    }

    public static void main(String[] args) {
        for (int i = 0; i < 2; i++) {
            try (Model model = Model.define(Samples.affine(), RunOptions.defaults())) {
                Tensor y = model.run(Map.of("x", Tensor.of(new float[]{1}, 1, 1))).tensor("y");
                System.out.println(model.form() + " " + y.toFloats()[0]);
            }
        }
        try {
            Model.define(Samples.affine(), RunOptions.defaults().withForm(FormChoice.VECTOR));
        } catch (ModelException e) {
            System.out.println(e.getMessage());
        }
    }
}
