package io.penstock.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class YamlTreeTest {
  private final Problems problems = new Problems("job.yaml");

  @Test
  void repeatedKeysAreProblems() {
    YamlTree.parse("name: a\nname: b\n", problems);

    assertThatThrownBy(problems::throwIfAny)
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("job.yaml: is not valid YAML at line 2")
        .hasMessageContaining("Duplicate field 'name'");
  }

  @Test
  void brokenYamlIsAProblemWithItsPlace() {
    ObjectNode tree = YamlTree.parse("name: [a, b\nother: c\n", problems);

    assertThat(tree).isEmpty();
    assertThatThrownBy(problems::throwIfAny).hasMessageContaining("is not valid YAML at line 2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# only a comment", "- a\n- b\n", "just text", "42", "null"})
  void whatIsNoMappingIsAProblem(String text) {
    assertThat(YamlTree.parse(text, problems)).isEmpty();
    assertThatThrownBy(problems::throwIfAny)
        .hasMessage("job.yaml: must be a YAML mapping of keys to values");
  }

  @Test
  void aSecondDocumentIsAProblem() {
    YamlTree.parse("name: a\n---\nname: b\n", problems);

    assertThat(problems.count()).isEqualTo(1); // else half of the file would be ignored
  }

  @Test
  void aliasesAreNotReadAsTheirNames() {
    ObjectNode tree = YamlTree.parse("store: &folder lake/a\noutput: *folder\n", problems);

    boolean refused = problems.count() > 0;
    assertThat(refused || tree.path("output").asText().equals("lake/a")).isTrue();
  }

  @Test
  void numbersKeepTheirDigits() {
    ObjectNode tree = YamlTree.parse("price: 0.1234567890123456789012345\n", problems);

    assertThat(tree.get("price").decimalValue())
        .isEqualByComparingTo("0.1234567890123456789012345");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name=b                     | {\"name\":\"b\"}",
        "store.path=x=y             | {\"name\":\"a\",\"store\":{\"path\":\"x=y\"}}",
        "n=5                        | {\"name\":\"a\",\"n\":5}",
        "on=true                    | {\"name\":\"a\",\"on\":true}",
        "text=\"5\"                 | {\"name\":\"a\",\"text\":\"5\"}",
        "list=[a, 2]                | {\"name\":\"a\",\"list\":[\"a\",2]}",
        "map={a: 1}                 | {\"name\":\"a\",\"map\":{\"a\":1}}",
        "a.\"gpt-4.1.b\".c=1        | {\"name\":\"a\",\"a\":{\"gpt-4.1.b\":{\"c\":1}}}",
        "\"a.b\"=1                  | {\"name\":\"a\",\"a.b\":1}",
        "name.inner=1               | {\"name\":{\"inner\":1}}"
      })
  void setsPutAValueAtAPath(String assignment, String expected) {
    ObjectNode tree = YamlTree.parse("name: a\n", problems);

    YamlTree.set(tree, assignment, problems);

    assertThat(tree).hasToString(expected);
    assertThatCode(problems::throwIfAny).doesNotThrowAnyException();
  }

  @Test
  void setsKeepTheOtherKeysOfAMapping() {
    ObjectNode tree = YamlTree.parse("store: {path: a, sync: false}\n", problems);

    YamlTree.set(tree, "store.path=b", problems);

    assertThat(tree).hasToString("{\"store\":{\"path\":\"b\",\"sync\":false}}");
  }

  @Test
  void anEmptyValueIsNull() {
    ObjectNode tree = YamlTree.parse("models: {small: {temperature: 1}}\n", problems);

    YamlTree.set(tree, "models.small.temperature=", problems);

    assertThat(tree.at("/models/small/temperature").isNull()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"name", "=b", ""})
  void anotherFormIsAProblem(String assignment) {
    YamlTree.set(YamlTree.parse("name: a\n", problems), assignment, problems);

    assertThatThrownBy(problems::throwIfAny)
        .hasMessage("job.yaml: --set " + assignment + ": must have the form key.path=value");
  }

  @Test
  void aBrokenValueIsAProblem() {
    YamlTree.set(YamlTree.parse("name: a\n", problems), "name=[a", problems);

    assertThatThrownBy(problems::throwIfAny)
        .hasMessageContaining("--set name=[a: not a YAML value");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "~",
        "null",
        "true",
        "no",
        "5",
        "0.50",
        "1e3",
        "1.5e+3",
        "0x1F",
        "0o17",
        "0b11",
        "1_000",
        "12:30",
        "-",
        "- a",
        "a: b",
        "a #b",
        "'",
        "\"",
        "{a}",
        "[a]",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "|",
        ">",
        "line\nline",
        "line\n",
        "\n\nline\n\n",
        " \n x",
        "tab\tx",
        "cr\r\nlf",
        "nul\0x",
        "next\u0085line",
        "\u2028",
        "\uFEFF",
        "🙂",
        "2026-11-22",
        ".inf",
        "=",
        "<<"
      })
  void readsTheTextsThatItWrites(String text) {
    ObjectNode tree = YamlTree.parse("a: {}\n", problems).put("text", text);

    assertThat(YamlTree.parse(YamlTree.write(tree), problems).path("text").asText())
        .isEqualTo(text);
    assertThatCode(problems::throwIfAny).doesNotThrowAnyException();
  }
}
