package dev.sinter.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.Sinter;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.frontend.onnx.proto.TensorShapeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.frontend.onnx.proto.ValueInfoProto;
import dev.sinter.runtime.DType;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Typed classes, written for a compiled model, compiled and run: each type goes in and comes out again. */
class TypedModelTest {
    private static final List<DType> TYPES = List.of(DType.F32, DType.F64, DType.I64, DType.I32, DType.I16, DType.I8,
            DType.U8, DType.U16, DType.U32, DType.U64, DType.BOOL, DType.STRING, DType.F16, DType.BF16, DType.U4);
    /** Ends with a list of what differs. */
    private static final String DRIVER = """
            package com.acme;

            import java.lang.foreign.Arena;
            import java.lang.foreign.ValueLayout;
            import java.util.ArrayList;
            import java.util.Arrays;
            import java.util.List;
            import java.util.concurrent.Callable;

            /** Runs the model. */
            public final class Driver implements Callable<List<String>> {
                private final List<String> wrong = new ArrayList<>();

                /** Nothing has run. */
                public Driver() {
                }

                private void check(String what, boolean good) {
                    if (!good) {
                        wrong.add(what);
                    }
                }

                private static AllInput input() {
                    return new AllInput().inF32(new float[]{1.5f, -2}, 2).inF64(new double[]{1.5, -2}, 2)
                            .inI64(new long[]{1, -2}, 2).inI32(new int[]{1, -2}, 2).inI16(new short[]{1, -2}, 2)
                            .inI8(new byte[]{1, -2}, 2).inU8(new byte[]{1, (byte) 200}, 2)
                            .inU16(new short[]{1, (short) 60000}, 2).inU32(new int[]{1, -1}, 2)
                            .inU64(new long[]{1, -1}, 2).inBool(new boolean[]{true, false}, 2)
                            .inString(new String[]{"a", "b"}, 2).inF16(new double[]{1.5, -2}, 2)
                            .inBf16(new double[]{1.5, -2}, 2).inU4(new long[]{15, 3}, 2);
                }

                private void check(AllOutput out, String how) {
                    check(how + "f32", Arrays.equals(out.outF32(), new float[]{1.5f, -2}));
                    check(how + "f64", Arrays.equals(out.outF64(), new double[]{1.5, -2}));
                    check(how + "i64", Arrays.equals(out.outI64(), new long[]{1, -2}));
                    check(how + "i32", Arrays.equals(out.outI32(), new int[]{1, -2}));
                    check(how + "i16", Arrays.equals(out.outI16(), new short[]{1, -2}));
                    check(how + "i8", Arrays.equals(out.outI8(), new byte[]{1, -2}));
                    check(how + "u8", Arrays.equals(out.outU8(), new byte[]{1, (byte) 200}));
                    check(how + "u16", Arrays.equals(out.outU16(), new short[]{1, (short) 60000}));
                    check(how + "u32", Arrays.equals(out.outU32(), new int[]{1, -1}));
                    check(how + "u64", Arrays.equals(out.outU64(), new long[]{1, -1}));
                    check(how + "bool", Arrays.equals(out.outBool(), new boolean[]{true, false}));
                    check(how + "string", Arrays.equals(out.outString(), new String[]{"a", "b"}));
                    check(how + "f16", Arrays.equals(out.outF16(), new float[]{1.5f, -2}));
                    check(how + "bf16", Arrays.equals(out.outBf16(), new float[]{1.5f, -2}));
                    check(how + "u4", Arrays.equals(out.outU4(), new byte[]{15, 3}));
                    check(how + "shape", Arrays.equals(out.outF32Tensor().shape(), new long[]{2}));
                }

                @Override
                public List<String> call() {
                    try (var model = All.load(); var arena = Arena.ofConfined()) {
                        check(model.run(input()), "run ");
                        var session = model.newSession().inF64(new double[]{1.5, -2}, 2)
                                .inI64(new long[]{1, -2}, 2).inI32(new int[]{1, -2}, 2).inI16(new short[]{1, -2}, 2)
                                .inI8(new byte[]{1, -2}, 2).inU8(new byte[]{1, (byte) 200}, 2)
                                .inU16(new short[]{1, (short) 60000}, 2).inU32(new int[]{1, -1}, 2)
                                .inU64(new long[]{1, -1}, 2).inBool(new byte[]{1, 0}, 2)
                                .inString(new String[]{"a", "b"}, 2).inF16(new short[]{0x3e00, (short) 0xc000}, 2)
                                .inBf16(new short[]{0x3fc0, (short) 0xc000}, 2).inU4(new byte[]{0x3f}, 2);
                        var memory = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1.5f, -2);
                        session.inF32(memory, 2);
                        check(session.run(), "session ");
                        memory.setAtIndex(ValueLayout.JAVA_FLOAT, 0, 7);
                        check("memory is read by each run", session.run().outF32()[0] == 7);
                        check("toString", model.toString().contains("all"));
                    }
                    return wrong;
                }
            }
            """;

    @TempDir
    private Path folder = Path.of("");

    private static ValueInfoProto value(String name, DType dtype) {
        var shape = TensorShapeProto.newBuilder().addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("n"));
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(dtype.onnx()).setShape(shape))).build();
    }

    /** Gives each input back. */
    private Path model() throws IOException {
        var graph = GraphProto.newBuilder().setName("all");
        for (var dtype : TYPES) {
            graph.addInput(value("in_" + dtype, dtype)).addOutput(value("out_" + dtype, dtype)).addNode(NodeProto
                    .newBuilder().setName("same_" + dtype).setOpType("Identity").addInput("in_" + dtype)
                    .addOutput("out_" + dtype));
        }
        var bytes = ModelProto.newBuilder().setIrVersion(10).setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(21)).build().toByteArray();
        return Files.write(folder.resolve("all.onnx"), bytes);
    }

    private List<?> run(URL... path) throws Exception {
        try (var loader = new URLClassLoader(path, TypedModelTest.class.getClassLoader())) {
            return call(loader);
        }
    }

    private static List<?> call(ClassLoader loader) throws Exception {
        return (List<?>) loader.loadClass("com.acme.Driver").asSubclass(Callable.class).getConstructor().newInstance()
                .call();
    }

    @Test
    void eachTypeGoesInAndComesOutFromAFolderAndFromAJar() throws Exception {
        var classes = folder.resolve("classes");
        var jar = folder.resolve("all.jar");
        var compilation = Sinter.compiler().typed(true).packageName("com.acme").compileToJar(model(), jar);
        assertThat(compilation.typedClass()).contains("com.acme.All");
        var sources = new LinkedHashMap<>(compilation.typedSource());
        sources.put("com.acme.Driver", DRIVER);
        Javac.compile(sources, classes);
        assertThatThrownBy(() -> run(classes.toUri().toURL())).isInstanceOf(ModelException.class)
                .hasMessageContaining("there is no model of com.acme.All");
        assertThat(run(classes.toUri().toURL(), jar.toUri().toURL())).isEmpty();

        var written = compilation.writeFolder(classes);
        assertThat(written).containsKeys("com/acme/AllKernels$Scalar.class", "META-INF/sinter/com.acme.All/model.info",
                "META-INF/sinter/com.acme.All/weights.bin", "META-INF/sinter/com.acme.All/AllKernels.ir");
        assertThat(run(classes.toUri().toURL())).isEmpty();
        var users = folder.resolve("users.jar");
        pack(classes, users);
        assertThat(run(users.toUri().toURL())).as("with compressed weights").isEmpty();
        var whole = classes.resolve("dev/sinter/runtime/Program.class");
        Files.createDirectories(whole.getParent());
        Files.write(whole, Program.class.getResourceAsStream("Program.class").readAllBytes());
        assertThat(run(classes.toUri().toURL())).as("with the runtime in the same place").isEmpty();
        Files.write(folder.resolve("script.jar"), "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8));
        Files.write(folder.resolve("script.jar"), Files.readAllBytes(users), StandardOpenOption.APPEND);
        assertThat(run(folder.resolve("script.jar").toUri().toURL())).as("with a script before it").isEmpty();
        assertThat(call(new InMemory(classes))).as("from a loader of its own kind").isEmpty();
    }

    private static void pack(Path classes, Path jar) throws IOException {
        try (var zip = new ZipOutputStream(Files.newOutputStream(jar)); var files = Files.walk(classes)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                zip.putNextEntry(new ZipEntry(classes.relativize(file).toString().replace('\\', '/')));
                Files.copy(file, zip);
                zip.closeEntry();
            }
        }
    }

    /** A server's loader: its resources have addresses that only it understands. */
    private static final class InMemory extends ClassLoader {
        private final Path folder;

        InMemory(Path folder) {
            super(TypedModelTest.class.getClassLoader());
            this.folder = folder;
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            try {
                var bytes = Files.readAllBytes(folder.resolve(name.replace('.', '/') + ".class"));
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        @Override
        protected @Nullable URL findResource(String name) {
            if (!Files.isRegularFile(folder.resolve(name))) {
                return null;
            }
            try {
                return URL.of(URI.create("memory:/app!/" + name), new URLStreamHandler() {
                    @Override
                    protected URLConnection openConnection(URL url) throws IOException {
                        return folder.resolve(name).toUri().toURL().openConnection();
                    }
                });
            } catch (MalformedURLException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void whatIsTheSameIsNotWrittenAgain() throws IOException {
        var compilation = Sinter.compiler().typed(true).packageName("com.acme").compilation(model());
        var written = compilation.writeFolder(folder);
        var info = folder.resolve("META-INF/sinter/com.acme.All/model.info");
        var other = folder.resolve("META-INF/sinter/com.acme.All/AllKernels.ir");
        var time = FileTime.fromMillis(1_000_000_000_000L);
        Files.setLastModifiedTime(info, time);
        Files.writeString(other, "changed");
        assertThat(compilation.writeFolder(folder)).isEqualTo(written);
        assertThat(Files.getLastModifiedTime(info)).isEqualTo(time);
        assertThat(Files.size(other)).isEqualTo(written.get("META-INF/sinter/com.acme.All/AllKernels.ir"));
        assertThat(compilation.writeTypedSource(folder)).containsExactly("com/acme/All.java", "com/acme/AllInput.java",
                "com/acme/AllOutput.java", "com/acme/AllSession.java");
    }

    @Test
    void aTypedClassNeedsANameInSource() throws IOException {
        var model = model();
        for (var wrong : Map.of("class", "com.acme", "Good", "com.class").entrySet()) {
            assertThatThrownBy(() -> Sinter.compiler().typed(true).packageName(wrong.getValue())
                    .className(wrong.getKey()).compilation(model)).isInstanceOf(ModelException.class)
                    .hasMessageContaining("is no name in Java source");
        }
        var untyped = Sinter.compiler().className("Plain").compilation(model);
        assertThat(untyped.typedSource()).isEmpty();
        assertThatThrownBy(() -> untyped.writeFolder(folder)).hasMessageContaining("has no typed class");
    }
}
