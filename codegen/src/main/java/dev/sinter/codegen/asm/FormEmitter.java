package dev.sinter.codegen.asm;

import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Lanewise;
import dev.sinter.codegen.loop.Outlining;
import dev.sinter.codegen.loop.Unrolling;
import dev.sinter.codegen.plan.Allocation;
import dev.sinter.codegen.plan.Arg;
import dev.sinter.codegen.plan.ModelPlan;
import dev.sinter.codegen.plan.Place;
import dev.sinter.codegen.plan.PlanException;
import dev.sinter.codegen.plan.Step;
import dev.sinter.codegen.plan.Values;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.runtime.Form;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Emits the class of one form: {@code run} goes through the steps; each step has a method named after its node that
 * passes the node's constants to a kernel; equal kernels are one method.
 */
public final class FormEmitter implements Opcodes {
    private static final String FRAME = "dev/sinter/runtime/Frame";
    private static final String STEP = "(L" + FRAME + ";III)V";
    private static final int CHUNK = 128;
    private static final String SAMPLE = "_sample";

    private final String name;
    private final String base;
    private final String weightsClass;
    private final ModelPlan plan;
    private final List<Step> steps;
    private final List<Values> values;
    private final Form form;
    private final boolean rehearsed;
    private final FrameWriter cw = new FrameWriter();
    private final Map<Kernel, String> methods = new LinkedHashMap<>();
    private final Set<String> taken = new HashSet<>(Set.of("run", "step", "bind", "idle", "kernel",
            "sample", "walk"));
    private final Set<Kernel> loops = new HashSet<>();
    private final TextConstants texts = new TextConstants();
    private final ArrayDeque<Kernel> pending = new ArrayDeque<>();
    private final Map<Kernel, Optional<Kernel>> samples = new HashMap<>();

    /**
     * Prepares.
     *
     * @param base
     *            internal name of the model's superclass; this form's name is derived from it
     * @param weightsClass
     *            internal name of the class that holds the weights
     * @param plan
     *            the plan
     * @param values
     *            sizes of each block
     * @param form
     *            the form
     * @param rehearsed
     *            whether a model begins with another form and changes over to this one
     */
    public FormEmitter(String base, String weightsClass, ModelPlan plan, List<Values> values, Form form,
            boolean rehearsed) {
        this.base = base;
        this.name = base + "$" + form.suffix();
        this.weightsClass = weightsClass;
        this.plan = plan;
        this.steps = plan.steps();
        this.values = values;
        this.form = form;
        this.rehearsed = rehearsed;
    }

    /** Where nodes and kernels stand in the shipped IR dump. */
    public interface Lines {
        /** @return name of the dump, without folders */
        String file();

        /** @return line of a node */
        int node(Node node);

        /** @return line of a kernel's program */
        int kernel(Kernel kernel);
    }

    /** {@return internal name of the class} */
    public String name() {
        return name;
    }

    /**
     * Emits the class.
     *
     * @param lines
     *            of the IR dump
     * @return the class file
     */
    public byte[] emit(Lines lines) {
        cw.visit(V25, ACC_PUBLIC | ACC_FINAL | ACC_SUPER, name, null, base, null);
        cw.visitSource(lines.file(), null);
        BindEmitter.constructor(cw.method(ACC_PUBLIC, "<init>", "()V"), base);
        var stubs = new ArrayList<String>();
        for (var step : steps) {
            stubs.add(unique(step.name()));
        }
        runs(stubs);
        StepSwitch.ofSteps(cw, name).emit(stubs::get, stubs.size());
        for (int block = 0; block < plan.blocks().size(); block++) {
            int first = plan.firstStep(block);
            for (int i = 0; i < plan.blocks().get(block).steps().size(); i++) {
                var step = steps.get(first + i);
                var kernel = step.kernels().get(form);
                stub(block, stubs.get(first + i), step, lines.node(step.node()), kernel, false);
                if (sample(kernel) instanceof Kernel sample) {
                    stub(block, stubs.get(first + i) + SAMPLE, step, lines.node(step.node()), sample, true);
                }
            }
        }
        while (!pending.isEmpty()) {
            kernel(pending.poll(), lines::kernel);
        }
        if (rehearsed) {
            rehearsal(stubs);
        }
        if (form == Form.SCALAR) {
            new IdleEmitter(cw, name).idleLoops(methods, loops,
                    steps.stream().map(s -> s.kernels().get(form)).toList());
        }
        statics();
        return cw.finish();
    }

    /** A kernel's sample, where the form needs one and the kernel has one. */
    private @Nullable Kernel sample(Kernel kernel) {
        return rehearsed ? samples.computeIfAbsent(kernel, k -> Optional.ofNullable(Sample.of(k))).orElse(null) : null;
    }

    private void rehearsal(List<String> stubs) {
        var idle = new IdleEmitter(cw, name);
        var others = new LinkedHashMap<>(methods);
        var sampled = new HashSet<Kernel>();
        samples.forEach((kernel, sample) -> {
            if (sample.isPresent()) {
                sampled.addAll(List.of(kernel, sample.get())); // what these call in turn is beyond a sample's reach
                Sample.callees(kernel.body(), sampled);
            }
        });
        others.keySet().removeAll(sampled);
        idle.idle(others);
        idle.kernels(steps.stream().map(s -> s.kernels().get(form)).toList());
        StepSwitch.ofSamples(cw, name).emit(
                i -> sample(steps.get(i).kernels().get(form)) == null ? null : stubs.get(i) + SAMPLE,
                steps.size());
    }

    private void statics() {
        var init = cw.method(ACC_STATIC, "<clinit>", "()V");
        init.visitCode();
        Shuffles.emit(cw, init, name, form);
        if (form == Form.SCALAR) {
            WeightCode.buffers(cw, init, name, weightsClass);
        }
        texts.emit(cw, init, name, weightsClass);
        finish(init);
    }

    private String unique(String wanted) {
        var candidate = wanted;
        for (int i = 2; !taken.add(candidate); i++) {
            candidate = wanted + "_v" + i;
        }
        return candidate;
    }

    private String method(Kernel kernel) {
        return methods.computeIfAbsent(kernel, k -> {
            pending.add(k);
            return unique(k.name().replaceAll("[^A-Za-z0-9]+", "_"));
        });
    }

    // ---- the way through the steps

    private void runs(List<String> stubs) {
        if (plan.script() == null) {
            run(stubs, cw.method(ACC_PUBLIC, "run", "(L" + FRAME + ";)V"), 0, "run");
            return;
        }
        var border = cw.method(ACC_PUBLIC, "run", "(L" + FRAME + ";)V");
        border.visitCode();
        finish(border); // a script runs blocks only
        var dispatch = cw.method(ACC_PUBLIC, "run", "(IL" + FRAME + ";)V");
        dispatch.visitCode();
        Instructions.dispatch(dispatch, 1, plan.blocks().size(), block -> {
            var method = "run_block" + block + "_";
            dispatch.visitVarInsn(ALOAD, 0);
            dispatch.visitVarInsn(ALOAD, 2);
            dispatch.visitMethodInsn(INVOKEVIRTUAL, name, method, "(L" + FRAME + ";)V", false);
            run(stubs, cw.method(ACC_PRIVATE, method, "(L" + FRAME + ";)V"), block, method);
        });
        finish(dispatch);
    }

    private void run(List<String> stubs, MethodVisitor run, int block, String method) {
        run.visitCode();
        int first = plan.firstStep(block);
        int end = first + plan.blocks().get(block).steps().size();
        for (int from = first; from < end; from += CHUNK) {
            var part = method + (from - first) / CHUNK;
            run.visitVarInsn(ALOAD, 0);
            run.visitVarInsn(ALOAD, 1);
            run.visitMethodInsn(INVOKEVIRTUAL, name, part, "(L" + FRAME + ";)V", false);
            runPart(stubs, block, part, from, Math.min(end, from + CHUNK));
        }
        finish(run);
    }

    private void runPart(List<String> stubs, int block, String part, int from, int to) {
        var mv = cw.method(ACC_PRIVATE, part, "(L" + FRAME + ";)V");
        mv.visitCode();
        for (int i = from; i < to; i++) {
            var count = steps.get(i).count();
            if (count == null || count.equals(Dim.ONE)) {
                alone(mv, stubs.get(i));
            } else {
                rounds(mv, block, i, stubs.get(i), count);
            }
        }
        finish(mv);
    }

    /** A step whose rounds may be shared among workers, unless there is but one. */
    private void rounds(MethodVisitor mv, int block, int number, String stub, Dim count) {
        var several = new Label();
        var end = new Label();
        if (!count.isConst()) {
            size(mv, block, count, 1);
            mv.visitInsn(ICONST_1);
            mv.visitJumpInsn(IF_ICMPNE, several);
            alone(mv, stub);
            mv.visitJumpInsn(GOTO, end);
        }
        mv.visitLabel(several);
        mv.visitVarInsn(ALOAD, 1);
        mv.visitVarInsn(ALOAD, 0);
        Instructions.pushInt(mv, number);
        size(mv, block, count, 1);
        mv.visitMethodInsn(INVOKEVIRTUAL, FRAME, "parallel", "(L" + BindEmitter.PROGRAM + ";II)V", false);
        mv.visitLabel(end);
    }

    /** The only round of a step. */
    private void alone(MethodVisitor mv, String stub) {
        mv.visitVarInsn(ALOAD, 1);
        mv.visitInsn(ICONST_0);
        mv.visitInsn(ICONST_0);
        mv.visitInsn(ICONST_1);
        mv.visitMethodInsn(INVOKESTATIC, name, stub, STEP, false);
    }

    private static void finish(MethodVisitor mv) {
        mv.visitInsn(RETURN);
        mv.visitMaxs(0, 0);
        mv.visitEnd();
    }

    // ---- a node's method

    private void stub(int block, String method, Step step, int line, Kernel kernel, boolean sample) {
        var mv = cw.method(ACC_STATIC, method, "(L" + FRAME + ";III)V");
        mv.visitCode();
        var start = new Label();
        mv.visitLabel(start);
        mv.visitLineNumber(line, start);
        var heap = step.kernels().heapBuffers();
        for (int i = 0; i < heap.size(); i++) {
            array(mv, step.arrays().get(i), heap.get(i).storage().descriptor());
        }
        for (var arg : step.args()) {
            argument(mv, block, arg);
        }
        if (step.count() != null) {
            mv.visitVarInsn(ILOAD, 2);
            mv.visitVarInsn(ILOAD, sample ? 2 : 3);
            if (sample) { // one round, of as much as the last argument says
                mv.visitInsn(ICONST_1);
                mv.visitInsn(IADD);
            }
        }
        if (sample) {
            mv.visitVarInsn(ILOAD, 3);
        }
        mv.visitMethodInsn(INVOKESTATIC, name, method(kernel), KernelEmitter.descriptor(kernel), false);
        finish(mv);
    }

    private void array(MethodVisitor mv, Place place, String descriptor) {
        if (!(place instanceof Place.Text)) {
            mv.visitVarInsn(ALOAD, 0);
        }
        switch (place) {
            case Place.Arena a -> mv.visitFieldInsn(GETFIELD, FRAME, switch (descriptor) {
                case "[F" -> "f32";
                case "[D" -> "f64";
                case "[I" -> "i32";
                case "[J" -> "i64";
                case "[S" -> "i16";
                case "[Ljava/lang/String;" -> "str";
                default -> "i8";
            }, descriptor);
            case Place.Io(var index) -> {
                mv.visitFieldInsn(GETFIELD, FRAME, "io", "[Ljava/lang/Object;");
                Instructions.pushInt(mv, index);
                mv.visitInsn(AALOAD);
                mv.visitTypeInsn(CHECKCAST, Type.getType(descriptor).getInternalName());
            }
            case Place.Text text -> texts.push(mv, name, text);
            case Place.Weight w -> throw new IllegalStateException("weights are no heap array");
        }
    }

    private void argument(MethodVisitor mv, int block, Arg arg) {
        switch (arg) {
            case Arg.Int(var value) -> size(mv, block, value, 0);
            case Arg.Real(var value) -> mv.visitLdcInsn(value);
            case Arg.Weight(var at, var extra) -> {
                mv.visitLdcInsn(at);
                if (!extra.equals(Dim.ZERO)) {
                    size(mv, block, extra, 0);
                    mv.visitInsn(I2L);
                    mv.visitInsn(LADD);
                }
            }
            case Arg.Offset(var place, var extra) -> {
                if (place instanceof Place.Arena(int allocation)) {
                    begin(mv, allocation, plan.blocks().get(block).allocations().get(allocation));
                    if (!extra.equals(Dim.ZERO)) {
                        size(mv, block, extra, 0);
                        mv.visitInsn(IADD);
                    }
                } else {
                    size(mv, block, extra, 0);
                }
            }
        }
    }

    private static void begin(MethodVisitor mv, int number, Allocation allocation) {
        mv.visitVarInsn(ALOAD, 0);
        if (allocation.perWorker()) {
            Instructions.pushInt(mv, number);
            mv.visitVarInsn(ILOAD, 1);
            mv.visitMethodInsn(INVOKEVIRTUAL, FRAME, "offset", "(II)I", false);
        } else {
            mv.visitFieldInsn(GETFIELD, FRAME, "p", "[I");
            Instructions.pushInt(mv, number);
            mv.visitInsn(IALOAD);
        }
    }

    /** Pushes a size: a constant, or a parameter resolved when the shape was bound. */
    private void size(MethodVisitor mv, int block, Dim value, int frameLocal) {
        if (value.isConst()) {
            if ((int) value.value() != value.value()) {
                throw new PlanException(List.of("a tensor of more elements than an array can hold: a size of "
                        + value.value()));
            }
            Instructions.pushInt(mv, (int) value.value());
            return;
        }
        mv.visitVarInsn(ALOAD, frameLocal);
        mv.visitFieldInsn(GETFIELD, FRAME, "p", "[I");
        Instructions.pushInt(mv, plan.blocks().get(block).allocations().size()
                + values.get(block).param(new Arg.Int(value)));
        mv.visitInsn(IALOAD);
    }

    // ---- kernels

    private void kernel(Kernel kernel, ToIntFunction<Kernel> line) {
        var unrolled = Unrolling.expand(kernel);
        var legal = form == Form.SCALAR ? Outlining.of(Lanewise.scalar(unrolled))
                : Lanewise.narrow(unrolled, form.bits() / 32);
        if (IdleEmitter.computesInLoops(legal.body())) {
            loops.add(kernel);
        }
        var mv = cw.method(ACC_STATIC, methods.get(kernel), KernelEmitter.descriptor(kernel));
        new KernelEmitter(mv, legal, form, name, weightsClass, this::method).emit(line.applyAsInt(kernel));
    }

    /** {@return the kernels emitted and their methods, in order of first use; complete after {@link #emit}} */
    public Map<Kernel, String> kernels() {
        return methods;
    }
}
