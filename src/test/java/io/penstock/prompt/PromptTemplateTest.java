package io.penstock.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PromptTemplateTest {
  private static final Map<String, String> VALUES =
      Map.of("a", "ONE", "b", "{b}", "my column", "SPACE", "struct.field", "DOT", " a ", "PADDED");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no places           | no places",
        "{a}                 | ONE",
        "x{a}y{b}z           | xONEy{b}z", // values are not templates
        "{a}{a}              | ONEONE",
        "{my column}         | SPACE",
        "{struct.field}      | DOT",
        "{ a }               | PADDED", // the exact name
        "{{a}}               | {a}",
        "{{{a}}}             | {ONE}",
        "{{{{                | {{",
        "}}}}                | }}",
        "{{\"k\": \"{a}\"}}  | {\"k\": \"ONE\"}",
        "größe 🙂 {a}        | größe 🙂 ONE"
      })
  void putsTheColumnsValuesIntoTheirPlaces(String template, String text) {
    assertThat(PromptTemplate.parse(template).render(VALUES)).isEqualTo(text);
  }

  @Test
  void whiteSpaceIsKept() {
    assertThat(PromptTemplate.parse(" \n{a}\t\n ").render(VALUES)).isEqualTo(" \nONE\t\n ");
    assertThat(PromptTemplate.parse("").render(Map.of())).isEmpty();
  }

  @Test
  void namesEachColumnOnceInOrder() {
    assertThat(PromptTemplate.parse("{b} {a} {{c}} {b} {struct.field}").columns())
        .containsExactly("b", "a", "struct.field");
    assertThat(PromptTemplate.parse("{{none}}").columns()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a { b      | has a single '{' at character 3; write it twice for a brace",
        "a } b      | has a single '}' at character 3; write it twice for a brace",
        "{a}}       | has a single '}' at character 4; write it twice for a brace",
        "{a         | has a single '{' at character 1; write it twice for a brace",
        "{{{a}}     | has a single '}' at character 6; write it twice for a brace",
        "x {}       | has no column name in the braces at character 3",
        "x { } y    | has no column name in the braces at character 3",
        "{a {b}     | has no column name in the braces at character 1"
      })
  void saysWhereABraceDoesNotBelong(String template, String problem) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PromptTemplate.parse(template))
        .withMessage(problem);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "{{\"json\": [1, {{}}]}}", "}}{{"})
  void doubledBracesNeedNoColumns(String template) {
    assertThat(PromptTemplate.parse(template).columns()).isEmpty();
  }
}
