package dev.sinter.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.of;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The ids of all-MiniLM-L6-v2's own tokenizer file. Every expected id here was made once by Hugging Face's tokenizers
 * 0.21.0 through {@code ai.djl.huggingface:tokenizers:0.36.0}, which the project does not depend on. In the same way
 * every code point and, under seven settings of the normalizer, 210,000 random texts were compared once. The only
 * differences were 618 code points that got their category after Unicode 8, which that library's tables are of.
 */
class WordPieceTest {

    private static final int LIMIT = 512;
    private static WordPiece tokenizer;

    @BeforeAll
    static void read() throws IOException {
        tokenizer = WordPiece.parse(file());
    }

    static String file() throws IOException {
        try (var in = WordPieceTest.class.getClassLoader().getResourceAsStream("all-minilm-l6-v2-tokenizer.json")) {
            assertThat(in).as("tokenizer file of the model's Maven artifact").isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static Stream<Arguments> texts() {
        return Stream.of(
                of("plain sentence", "A cat is sleeping on the warm windowsill.",
                        "101 1037 4937 2003 5777 2006 1996 4010 3645 8591 1012 102"),
                of("empty", "",
                        "101 102"),
                of("blanks only", " \t\n  ",
                        "101 102"),
                of("mixed case", "JaVa IS Not JavaScript, HELLO World",
                        "101 9262 2003 2025 9262 22483 1010 7592 2088 102"),
                of("numbers", "In 2024, 1,234.56 is 42% of 3e10 (0x7F) and ½",
                        "101 1999 16798 2549 1010 1015 1010 22018 1012 5179 2003 4413 1003 1997 1017 2063 10790 1006 "
                                + "1014 2595 2581 2546 1007 1998 1092 102"),
                of("accents", "Ångström café naïve Zürich Málaga crème brûlée",
                        "101 17076 15687 7668 15743 10204 27382 13675 21382 7987 9307 2063 102"),
                of("combining marks", "cafe\u0301 A\u030angstro\u0308m x\u0327\u0301\u0323y",
                        "101 7668 17076 15687 1060 2100 102"),
                of("marks alone", "\u0301 \u0308\u0327",
                        "101 102"),
                of("letters without a decomposition", "Straße smørrebrød łódź æon đa",
                        "101 2358 27807 15488 16415 14343 19892 16415 2094 17814 1097 2239 1102 2050 102"),
                of("Turkish", "İstanbul'da ığdır ISPARTA I ı",
                        "101 9960 1005 4830 1104 2290 2094 11722 2099 2003 19362 2696 1045 1104 102"),
                of("Greek with final sigma", "ΟΔΥΣΣΕΥΣ Σίσυφος ΆΣ",
                        "101 1169 29722 29735 29733 29733 29723 29735 29733 1173 18199 29733 29735 29736 15297 1155 "
                                + "29733 102"),
                of("Cyrillic", "Йод и Ёлка, привет",
                        "101 1188 14150 29742 1188 1185 29436 28598 1010 1194 16856 10325 25529 15290 22919 102"),
                of("punctuation", "Well... \"quoted\" -- (a_b)/c\\d? e@f.g #h; i:j! ~k ^l `m`",
                        "101 2092 1012 1012 1012 1000 9339 1000 1011 1011 1006 1037 1035 1038 1007 1013 1039 1032 "
                                + "1040 1029 1041 1030 1042 1012 1043 1001 1044 1025 1045 1024 1046 999 1066 1047 1034 "
                                + "1048 1036 1049 1036 102"),
                of("symbols are punctuation in ASCII only", "a$b a+b a€b a×b 5<6 |x| a=b",
                        "101 1037 1002 1038 1037 1009 1038 1037 30102 2497 1037 26306 2497 1019 1026 1020 1064 1060 "
                                + "1064 1037 1027 1038 102"),
                of("punctuation beyond ASCII", "“curly” ‘single’ – — … «guillemets» ¿qué? 、。「」",
                        "101 1523 17546 1524 1520 2309 1521 1516 1517 1529 1077 26458 6216 11368 2015 1090 1094 10861 "
                                + "1029 1635 1636 1641 1642 102"),
                of("CJK", "我喜欢Java編程 東京tower",
                        "101 1855 100 100 9262 100 100 1879 1755 3578 102"),
                of("Kana and Hangul", "こんにちは カタカナ がぎぐ 안녕하세요",
                        "101 1655 30217 30194 30188 30198 1700 30235 30226 30241 1651 30178 30179 1463 30006 30021 "
                                + "29992 30010 30025 30005 30006 29997 30009 29999 30013 102"),
                of("CJK beyond the first plane", "\ud840\udc00a\ud86e\udd20 \uf900",
                        "101 100 1037 100 100 102"),
                of("emoji",
                        "I ❤\ufe0f pizza \ud83c\udf55\ud83c\udf55 \ud83d\udc69\u200d\ud83d\udcbb "
                                + "ok\ud83d\udc4d\ud83c\udffd",
                        "101 1045 100 10733 100 100 100 102"),
                of("unknown words", "ᚠᚢᚦ ꙮ hello ጤና",
                        "101 100 100 7592 100 102"),
                of("control characters", "a\u0000b\u0001c\u007fd\u0085e\u200bf\ufeffg\ufffdh\u00adi",
                        "101 5925 3207 2546 28891 102"),
                of("kinds of white space", "a\u00a0b\u2003c\u3000d\u2028e\u000bf\rg\th\u1680i",
                        "101 1037 1038 1039 1040 1041 2546 1043 1044 1045 102"),
                of("private use", "a\ue000b \udb80\udc00",
                        "101 11113 102"),
                of("a rare long word", "pneumonoultramicroscopicsilicovolcanoconiosis antidisestablishmentarianism",
                        "101 1052 2638 2819 17175 11314 6444 2594 7352 26461 27572 11261 6767 15472 6761 8663 10735 "
                                + "2483 3424 10521 4355 7875 13602 3672 12199 2964 102"),
                of("special tokens", "[CLS] a [MASK] of gold[SEP][PAD]x[UNK]",
                        "101 101 1037 103 1997 2751 102 0 1060 100 102"),
                of("not quite special tokens", "[cls] [ MASK ] [MASK [[MASK]] MASK]",
                        "101 1031 18856 2015 1033 1031 7308 1033 1031 7308 1031 103 1033 7308 1033 102"),
                of("an accent on a special token", "[MASK]\u0301e [CLS\u0301]",
                        "101 103 1041 1031 18856 2015 1033 102"),
                of("a word with an unknown character", "snowman☃man ☃ café☕",
                        "101 100 100 100 102"),
                of("identifiers", "dev.sinter.runtime.Model#run(Map<String,Tensor>) -Dsinter.form=auto",
                        "101 16475 1012 8254 3334 1012 2448 7292 1012 2944 1001 2448 1006 4949 1026 5164 1010 23435 "
                                + "1028 1007 1011 16233 18447 2121 1012 2433 1027 8285 102"),
                of("Hebrew, Arabic, Thai and Devanagari", "שלום מרחבא: مرحبا بالعالم สว\u0e31สด\u0e35 नमस\u094dत\u0947",
                        "101 1266 29799 29792 29800 1255 29811 29794 29789 29788 1024 1295 17149 29820 29816 25573 "
                                + "1271 25573 23673 29830 25573 23673 22192 100 1327 29867 29874 29859 102"),
                of("ligatures and full width", "ﬁne ﬂow Ｆｕｌｌ\u3000ｗｉｄｔｈ ①",
                        "101 1984 2638 1985 5004 100 100 100 102"),
                of("Vietnamese", "Tiếng Việt rất đẹp",
                        "101 5495 3070 19710 9350 1102 13699 102"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("texts")
    void givesTheIdsOfTheReference(String name, String text, String ids) {
        assertThat(ids(text, LIMIT)).as(name).isEqualTo(ids);
    }

    @Test
    void aWordOfMoreThanAHundredCharactersIsUnknown() {
        var middle = String.join(" ", Collections.nCopies(48, "11057"));
        assertThat(ids("a".repeat(99), LIMIT)).isEqualTo("101 13360 " + middle + " 102");
        assertThat(ids("a".repeat(100), LIMIT)).isEqualTo("101 13360 " + middle + " 2050 102");
        assertThat(ids("\u00e4".repeat(100), LIMIT)).isEqualTo("101 13360 " + middle + " 2050 102");
        assertThat(ids("a".repeat(101) + " b", LIMIT)).isEqualTo("101 100 1038 102");
    }

    @Test
    void aLongTextEndsAtTheLimitWithTheLastSpecialToken() {
        var ids = ids("word ".repeat(600), LIMIT).split(" ");
        assertThat(ids).hasSize(LIMIT).startsWith("101", "2773", "2773").endsWith("2773", "102");
        assertThat(ids("word ".repeat(600), 3)).isEqualTo("101 2773 102");
        assertThat(ids("word", 2)).isEqualTo("101 102");
    }

    @Test
    void pairsOfSurrogatesAreOneCharacterAndLoneOnesVanish() {
        // 51 characters of two chars each: not over the limit of 100, and split as one word.
        assertThat(ids("\ud83c\udf55".repeat(51) + " b", LIMIT)).isEqualTo("101 100 1038 102");
        assertThat(ids("a\ud83cb", LIMIT)).isEqualTo("101 11113 102");
    }

    @Test
    void aBatchIsPaddedToItsLongestText() {
        var batch = tokenizer.encode(List.of("Antidisestablishmentarianism is a long word.", "Hi!", "",
                "[SEP] [MASK] two words of gold and more"), 8);
        assertThat(batch.size()).isEqualTo(4);
        assertThat(batch.length()).isEqualTo(8);
        assertThat(batch.inputIds()).containsExactly(
                101, 3424, 10521, 4355, 7875, 13602, 3672, 102,
                101, 7632, 999, 102, 0, 0, 0, 0,
                101, 102, 0, 0, 0, 0, 0, 0,
                101, 102, 103, 2048, 2616, 1997, 2751, 102);
        assertThat(batch.attentionMask()).containsExactly(
                1, 1, 1, 1, 1, 1, 1, 1,
                1, 1, 1, 1, 0, 0, 0, 0,
                1, 1, 0, 0, 0, 0, 0, 0,
                1, 1, 1, 1, 1, 1, 1, 1);
        assertThat(batch.tokenTypeIds()).hasSize(32).containsOnly(0);
        assertThat(tokenizer.encode(List.of("Hi!", ""), LIMIT).length()).isEqualTo(4);
    }

    @Test
    void noTextAndALimitWithoutRoomAreRefused() {
        assertThatThrownBy(() -> tokenizer.encode(List.of(), LIMIT)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one text");
        assertThatThrownBy(() -> tokenizer.encode(List.of("a"), 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 2").hasMessageContaining("got 1");
    }

    private static String ids(String text, int limit) {
        var ids = tokenizer.encode(List.of(text), limit).inputIds();
        return Arrays.stream(ids).mapToObj(Long::toString).collect(Collectors.joining(" "));
    }
}
