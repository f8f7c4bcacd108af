package io.penstock.quickstart;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Fills the slots of one language's sentences. Equal seeds give equal questions. */
final class QuestionComposer {
  private static final List<String> OPERATIONS = List.of("times", "plus", "minus");

  /** The signs people type; the common ones twice. */
  private static final Map<String, List<String>> SIGNS =
      Map.of(
          "times", List.of("×", "×", "*", "x"),
          "plus", List.of("+"),
          "minus", List.of("-", "-", "−"));

  /** One code point, surrogate pairs, flags, skin tones and joined ones. */
  private static final List<String> EMOJI =
      List.of("🙏", "😀", "📦🚚", "👩‍💻", "🇪🇺", "🤷🏽", "❤️", "🧾", "🥲", "👨‍👩‍👧");

  /** One message in so many carries an emoji. */
  private static final int MESSAGES_PER_EMOJI = 8;

  private final LanguageTexts texts;
  private final Random random;

  QuestionComposer(LanguageTexts texts, Random random) {
    this.texts = texts;
    this.random = random;
  }

  /** A word problem; its first expression's value is the expected answer. */
  Question arithmetic() {
    String operation = oneOf(OPERATIONS);
    int a = operation.equals("times") ? number(11, 99) : number(111, 989);
    int b = number(11, 99);
    Map<String, String> slots = new HashMap<>();
    slots.put("a", Integer.toString(a));
    slots.put("b", Integer.toString(b));
    slots.put("sign", oneOf(SIGNS.get(operation)));
    String text = fill(oneOf(texts.arithmetic().get(operation)), slots);
    String context = oneOf(texts.contexts().get("arithmetic"));
    return question("arithmetic", text, context, Integer.toString(result(operation, a, b)));
  }

  /** A customer's message as it came; there is no single right answer. */
  Question open(String category) {
    Map<String, String> slots = slots();
    return question(category, message(category, slots), context(category, slots), null);
  }

  /** A customer's message and the request to name its category. */
  Question classification(String category) {
    Map<String, String> slots = slots();
    String text = fill(oneOf(texts.classify()), Map.of("message", message(category, slots)));
    return question(category, text, context(category, slots), category);
  }

  private Question question(
      String category, String text, String context, @Nullable String expected) {
    return new Question(texts.language(), category, text, context, expected);
  }

  private String message(String category, Map<String, String> slots) {
    String message = fill(oneOf(texts.questions().get(category)), slots);
    return random.nextInt(MESSAGES_PER_EMOJI) == 0 ? message + " " + oneOf(EMOJI) : message;
  }

  private String context(String category, Map<String, String> slots) {
    return fill(oneOf(texts.contexts().get(category)), slots);
  }

  private Map<String, String> slots() {
    char series = (char) ('A' + random.nextInt(6));
    Map<String, String> slots = new HashMap<>();
    slots.put("item", oneOf(texts.items()));
    slots.put("order", series + Integer.toString(between(10_000, 99_999)));
    slots.put("days", Integer.toString(between(5, 9))); // one plural form in every language
    slots.put("amount", Integer.toString(between(15, 95)));
    return slots;
  }

  /** A number before a noun: Arabic takes one form after 11 to 99, Polish one after some digits. */
  private int number(int least, int most) {
    int number = between(least, most);
    while (number % 100 < 11 || !texts.numberEndings().contains(number % 10)) {
      number = between(least, most);
    }
    return number;
  }

  private int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  private <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private static int result(String operation, int a, int b) {
    return switch (operation) {
      case "times" -> a * b;
      case "plus" -> a + b;
      default -> a - b;
    };
  }

  private static String fill(String template, Map<String, String> slots) {
    String text = template;
    for (Map.Entry<String, String> slot : slots.entrySet()) {
      text = text.replace("{" + slot.getKey() + "}", slot.getValue());
    }
    return text;
  }
}
