package dev.sinter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.runtime.ModelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamingTest {
    @ParameterizedTest
    @CsvSource({"all-minilm-l6-v2, AllMinilmL6V2", "model, Model", "7zip.v2, Model7zipV2", "--, Model", "été_x, TX"})
    void classNamesComeFromFileNames(String file, String name) {
        assertThat(Naming.camelCase(file)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a..b", "1a", "a-b", "a.", "a/b"})
    void otherNamesAreRefused(String name) {
        assertThatThrownBy(() -> Sinter.compiler().packageName(name)).isInstanceOf(ModelException.class)
                .hasMessageContaining("'" + name + "'");
    }

    @Test
    void aClassNameHasNoPackage() {
        assertThatThrownBy(() -> Sinter.compiler().className("a.B")).isInstanceOf(ModelException.class);
    }

    @Test
    void aDimensionIsNotNegative() {
        assertThatThrownBy(() -> Sinter.compiler().dim("batch", -1)).isInstanceOf(ModelException.class)
                .hasMessageContaining("batch").hasMessageContaining("-1");
    }
}
