package io.penstock.quickstart;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/**
 * The sentences of one language, with {@code {slots}}.
 *
 * @param distinctQuestions how many different questions to make of them
 * @param numberEndings last digits of numbers after which the language's nouns here are right
 * @param items things a shop sells, in the one grammatical form that fits every {@code {item}}
 * @param classify requests to name the category of a {@code {message}}
 * @param questions messages by category
 * @param arithmetic word problems with {@code {a} {sign} {b}}, by operation: times, plus, minus
 * @param contexts one or two sentences of background, by category and for arithmetic
 */
@JsonNaming(SnakeCaseStrategy.class)
record LanguageTexts(
    String language,
    int distinctQuestions,
    List<Integer> numberEndings,
    List<String> items,
    List<String> classify,
    Map<String, List<String>> questions,
    Map<String, List<String>> arithmetic,
    Map<String, List<String>> contexts) {

  /** Reads {@code quickstart/<language>.yaml} of the class path. */
  static LanguageTexts read(String language) throws IOException {
    String name = "/quickstart/" + language + ".yaml";
    try (InputStream yaml = LanguageTexts.class.getResourceAsStream(name)) {
      if (yaml == null) {
        throw new FileNotFoundException(name + " is not on the class path");
      }
      return new YAMLMapper().readValue(yaml, LanguageTexts.class);
    }
  }
}
