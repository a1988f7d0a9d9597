package dev.sinter.typed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import javax.lang.model.SourceVersion;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JavaNamesTest {
    @ParameterizedTest
    @CsvSource({"input_ids,inputIds", "last_hidden_state,lastHiddenState", "x,x", "X,x", "NMS,nms", "NMSBoxes,nmsBoxes",
            "onnx::MatMul_12,onnxMatMul12", "1.weight,value1Weight", "present.0.key,present0Key", "class,class_",
            "_,value", "'',value", "/a/b,aB", "größe,grE", "Identity_1:0,identity10", "T2,t2", "yield,yield2"})
    void namesOfModelsBecomeNamesOfJava(String name, String id) {
        assertThat(new JavaNames(Set.of("yield")).unique(name)).isEqualTo(id);
    }

    @Test
    void whatIsTakenGetsANumber() {
        var names = new JavaNames(Set.of("run"));
        assertThat(names.unique("a_b")).isEqualTo("aB");
        assertThat(names.unique("aB")).isEqualTo("aB2");
        assertThat(names.unique("a.b")).isEqualTo("aB3");
        assertThat(names.unique("run")).isEqualTo("run2");
        assertThat(names.unique("y", "Tensor")).isEqualTo("y");
        assertThat(names.unique("y_tensor", "Tensor")).isEqualTo("yTensor2");
        assertThat(names.unique("zTensor")).isEqualTo("zTensor");
        assertThat(names.unique("z", "Tensor")).as("zTensor is taken").isEqualTo("z2");
    }

    @Property
    void anyNameBecomesAnIdentifier(@ForAll String name) {
        var names = new JavaNames(Set.of());
        var first = names.unique(name);
        var second = names.unique(name);
        assertThat(SourceVersion.isName(first)).as(first).isTrue();
        assertThat(SourceVersion.isName(second)).as(second).isTrue();
        assertThat(second).isNotEqualTo(first);
    }

    @Property
    void literalsAndCommentsAreAsciiAndStayWithinTheirBounds(@ForAll String text) {
        assertThat(JavaNames.literal(text)).matches("\"([ !#-\\[\\]-~]|\\\\[\"\\\\nrt]|\\\\u[0-9a-f]{4})*\"");
        assertThat(JavaNames.comment(text)).matches("([ -~&&[^<>&@{}*/\\\\]]|&#\\d+;)*");
    }
}
