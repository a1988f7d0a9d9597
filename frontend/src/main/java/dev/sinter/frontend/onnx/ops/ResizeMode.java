package dev.sinter.frontend.onnx.ops;

import java.util.Locale;
/**
 * A Resize's attributes.
 *
 * @param mode
 *            nearest, linear or cubic
 * @param coordinates
 *            coordinate_transformation_mode
 * @param nearest
 *            nearest_mode; "simple" in opset 10
 * @param cubicA
 *            cubic_coeff_a
 * @param excludeOutside
 *            exclude_outside
 * @param antialias
 *            whether filters are stretched when sizes shrink
 * @param extrapolation
 *            extrapolation_value
 */
record ResizeMode(String mode, String coordinates, String nearest, float cubicA, boolean excludeOutside,
        boolean antialias, float extrapolation) {

    /** The attributes of a Resize, or those an Upsample or a Resize of opset 10 stands for. */
    static ResizeMode of(NodeContext node) {
        var attributes = node.attributes();
        var mode = attributes.text("mode", "nearest").toLowerCase(Locale.ROOT);
        // Upsample knows bilinear and trilinear, too
        mode = mode.endsWith("linear") ? "linear" : mode;
        if (!mode.equals("nearest") && !mode.equals("linear") && !mode.equals("cubic")) {
            throw node.error("mode was expected to be nearest, linear or cubic, not '" + mode + "'");
        }
        if (node.opset() < 11) {
            return new ResizeMode(mode, "asymmetric", "simple", 0, false, false, 0);
        }
        return new ResizeMode(mode, attributes.text("coordinate_transformation_mode", "half_pixel"),
                attributes.text("nearest_mode", "round_prefer_floor"), attributes.real("cubic_coeff_a", -0.75),
                attributes.flag("exclude_outside", false),
                attributes.flag("antialias", false) && !mode.equals("nearest"),
                attributes.real("extrapolation_value", 0));
    }

    boolean isNearest() {
        return mode.equals("nearest");
    }

    boolean isCrop() {
        return coordinates.equals("tf_crop_and_resize");
    }

    /** Whether a factor of 1 leaves elements as they are. */
    boolean isPlain() {
        return !isCrop() && !coordinates.equals("tf_half_pixel_for_nn");
    }

    /** Whether whole factors repeat each element. */
    boolean repeats() {
        boolean half = coordinates.equals("half_pixel") || coordinates.equals("pytorch_half_pixel")
                || coordinates.equals("half_pixel_symmetric");
        return isNearest() && (half && nearest.startsWith("round_prefer")
                || coordinates.equals("asymmetric") && (nearest.equals("floor") || nearest.equals("simple")));
    }
}
