package dev.sinter.runtime;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What this JVM can run, and which form follows from it. */
final class Machine {
    static final String VECTOR_MODULE = "jdk.incubator.vector";

    private Machine() {
    }

    /** Which forms a model has. */
    interface Forms {
        /** Whether it has this one. */
        boolean test(Form form);
    }

    /** Says once for each JVM that the scalar form runs: a class is initialized exactly once. */
    private static final class Notice {
        static {
            Logger logger = System.getLogger("dev.sinter");
            logger.log(Level.INFO, "module " + VECTOR_MODULE + " is missing, so models run in their slower scalar form;"
                    + " start java with --add-modules " + VECTOR_MODULE);
        }

        private Notice() {
        }

        static void once() {
        }
    }

    static boolean hasVectorModule() {
        return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
    }

    /**
     * The form to begin with: of those that will do, the quickest to start, and {@link #choose} otherwise.
     *
     * @param options what the caller wants
     * @param exists which forms the model has
     * @param model the model's name, for messages
     */
    static Form first(RunOptions options, Forms exists, String model) {
        return options.form() == FormChoice.AUTO && hasVectorModule() && exists.test(Form.SCALAR) ? Form.SCALAR
                : choose(options, exists, model);
    }

    /** Whether a model that begins with a form goes on to a wider one. */
    static boolean changesOver(RunOptions options, Form first, Forms exists) {
        return options.form() == FormChoice.AUTO && first == Form.SCALAR && hasVectorModule()
                && (exists.test(Form.V128) || exists.test(Form.V256) || exists.test(Form.V512));
    }

    /**
     * Chooses a form.
     *
     * @param options what the caller wants
     * @param exists which forms the model has
     * @param model the model's name, for messages
     */
    static Form choose(RunOptions options, Forms exists, String model) {
        boolean module = hasVectorModule();
        if (options.form() == FormChoice.VECTOR && !module) {
            throw new ModelException("model '" + model + "': the vector form needs module " + VECTOR_MODULE
                    + "; start java with --add-modules " + VECTOR_MODULE);
        }
        if (options.form() == FormChoice.AUTO && !module) {
            Notice.once();
        }
        List<Form> wanted = options.form() == FormChoice.SCALAR || !module
                ? List.of(Form.SCALAR) : candidates(options);
        for (Form form : wanted) {
            if (exists.test(form)) {
                return form;
            }
        }
        throw new ModelException("model '" + model + "': expected one of the forms " + wanted + ", the model has "
                + Stream.of(Form.values()).filter(exists::test).toList());
    }

    /** The forms that will do, best first. */
    private static List<Form> candidates(RunOptions options) {
        if (options.vectorBits() != 0 && options.form() == FormChoice.VECTOR) {
            return List.of(Form.ofBits(options.vectorBits()));
        }
        int widest = options.vectorBits() != 0 ? options.vectorBits() : PreferredWidth.bits();
        var forms = new ArrayList<Form>();
        for (Form form : List.of(Form.V512, Form.V256, Form.V128)) {
            if (form.bits() <= widest) {
                forms.add(form);
            }
        }
        if (options.form() == FormChoice.AUTO) {
            forms.add(Form.SCALAR);
        }
        return forms;
    }
}
