package io.penstock.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.Fingerprint;
import io.penstock.domain.Message;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FingerprinterTest {
  private static final List<Message> HELLO = messages("user", "hello");

  /** A change of these means that every store is worthless: it needs a new version. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "user,hello                                    | v1-c918f2fc3f47cf007363d2e8d8d48a11",
        "system,You are terse.,user,Größe? 日本語 🙂   | v1-538140a27acd7d9ef05c464b0b5abed5",
        "user,nul \\0 tab \\t.| v1-d464b97bdee0e49ce86d6ae7ea7fdf2f",
        "user,a,assistant,b,user,c                     | v1-e88614e00ed4b418b3dcb69155c8236b",
        "developer,x,user,''                           | v1-9c6c5693640836eae0ce4324f7fcf0fb"
      })
  void theEncodingOfVersionOneDoesNotChange(String turns, String golden) {
    String[] parts =
        turns.replace("\\0", "\0").replace("\\t", "\t").replace("''", "").split(",", -1);

    Fingerprint fingerprint = new Fingerprinter(basis()).of(messages(parts));

    assertThat(fingerprint).hasToString(golden);
  }

  @Test
  void furtherAnswersToARequestHaveFingerprintsOfTheirOwn() {
    Fingerprinter fingerprinter = new Fingerprinter(basis());

    assertThat(fingerprinter.of(HELLO, 0)).isEqualTo(fingerprinter.of(HELLO));
    assertThat(fingerprinter.of(HELLO, 1)).hasToString("v1-c3909248a79603a893edaea98b64154e");
    assertThat(fingerprinter.of(HELLO, 1_000_000_000_000L))
        .hasToString("v1-2a6f2291d156391cf69418a4e9cce22b");
  }

  @Test
  void theEncodingOfARichModelDoesNotChange() {
    FingerprintBasis rich =
        new FingerprintBasis(
            "http://127.0.0.1:8000/v1",
            "llama-größe",
            Map.of("anthropic-version", "2023-06-01", "OpenAI-Beta", "x=y", "user-agent", "z"),
            256,
            "{\"temperature\": 0.70, \"stop\": [\"\\n\", \"🙂\"], \"user\": \"me\", \"seed\": 100}",
            "{\"b\": {\"d\": null, \"c\": true}, \"a\": [1, 2.5, \"x\"]}",
            Set.of("user"));

    assertThat(new Fingerprinter(rich).of(HELLO))
        .hasToString("v1-e966601b488dbf555be49cce79f0e10e");
  }

  @ParameterizedTest
  @CsvSource({"0, 0.0", "0, 0e0", "0, -0.0", "1, 1.0", "100, 1e2", "0.7, 0.70", "12.5, 1.25e1"})
  void numbersHaveOneForm(String one, String other) {
    assertThat(withParameters("{\"temperature\": " + one + "}"))
        .isEqualTo(withParameters("{\"temperature\": " + other + "}"));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "0.7, 0.71",
    "1, '\"1\"'",
    "true, '\"true\"'",
    "0, null",
    "9007199254740993, 9007199254740992"
  })
  void otherValuesAreOtherRequests(String one, String other) {
    assertThat(withParameters("{\"temperature\": " + one + "}"))
        .isNotEqualTo(withParameters("{\"temperature\": " + other + "}"));
  }

  @Test
  void theOrderOfKeysIsIndifferentAtEveryDepth() {
    assertThat(withParameters("{\"a\": 1, \"b\": {\"c\": 2, \"d\": [{\"e\": 3, \"f\": 4}]}}"))
        .isEqualTo(withParameters("{\"b\":{\"d\":[{\"f\":4,\"e\":3}],\"c\":2},\"a\":1}"));
  }

  @Test
  void theOrderOfAListDecides() {
    assertThat(withParameters("{\"stop\": [\"a\", \"b\"]}"))
        .isNotEqualTo(withParameters("{\"stop\": [\"b\", \"a\"]}"));
  }

  @Test
  void indifferentParametersAreLeftOut() {
    assertThat(withParameters("{\"user\": \"me\", \"metadata\": {\"x\": 1}}"))
        .isEqualTo(withParameters("{}"));
    assertThat(fingerprint(with(4, "{\"user\": \"you\"}"))).isEqualTo(withParameters("{}"));
    assertThat(fingerprint(with(5, "{\"user\": \"you\"}"))).isEqualTo(withParameters("{}"));
  }

  @Test
  void onlyDecidingHeadersDecide() {
    Fingerprint plain = fingerprint(basis());

    assertThat(fingerprint(with(2, Map.of("x-request-id", "7", "authorization", "k"))))
        .isEqualTo(plain);
    for (String header : List.of("anthropic-version", "anthropic-beta", "openai-beta")) {
      assertThat(fingerprint(with(2, Map.of(header, "1")))).as(header).isNotEqualTo(plain);
    }
  }

  @Test
  void letterCaseOfHeaderNamesIsIndifferentButNotOfValues() {
    Fingerprint lower = fingerprint(with(2, Map.of("openai-beta", "x")));

    assertThat(fingerprint(with(2, Map.of("OpenAI-Beta", "x")))).isEqualTo(lower);
    assertThat(fingerprint(with(2, Map.of("openai-beta", "X")))).isNotEqualTo(lower);
  }

  @Test
  void everyDecidingFieldChangesIt() {
    Map<Integer, Object> others =
        Map.of(
            0,
            "anthropic",
            1,
            "tiny-2",
            2,
            Map.of("openai-beta", "x"),
            3,
            257,
            4,
            "{\"seed\": 1}",
            5,
            "{\"seed\": 1}");

    List<Fingerprint> all =
        others.entrySet().stream().map(o -> fingerprint(with(o.getKey(), o.getValue()))).toList();

    assertThat(all).doesNotHaveDuplicates().hasSize(6).doesNotContain(fingerprint(basis()));
  }

  @Test
  void noOutputLimitIsNotTheSameAsOne() {
    FingerprintBasis unlimited =
        new FingerprintBasis("openai", "tiny-1", Map.of(), null, "{}", "{}", Set.of());

    assertThat(fingerprint(unlimited)).isNotEqualTo(fingerprint(basis()));
  }

  @Test
  void aSchemaDecidesWithTheOrderOfItsKeys() {
    List<Fingerprint> all =
        List.of(
            fingerprint(basis()),
            withSchema("{}"),
            withSchema("{\"properties\":{\"a\":{},\"b\":{}}}"),
            withSchema("{\"properties\":{\"b\":{},\"a\":{}}}"));

    assertThat(all).doesNotHaveDuplicates();
    assertThat(withSchema(null)).isEqualTo(fingerprint(basis()));
  }

  private static Fingerprint withSchema(@Nullable String schema) {
    FingerprintBasis plain = basis();
    return fingerprint(
        new FingerprintBasis(
            plain.identity(),
            plain.requestModel(),
            plain.headers(),
            plain.maxOutputTokens(),
            plain.parametersJson(),
            plain.extraJson(),
            plain.indifferentParameters(),
            schema));
  }

  @Test
  void theBordersOfFieldsDecide() {
    FingerprintBasis one = with(0, "openait");
    FingerprintBasis other =
        with(1, "ttiny-1"); // "openai" + "ttiny-1" reads as "openait" + "tiny-1"

    assertThat(fingerprint(one)).isNotEqualTo(fingerprint(other));
  }

  @Test
  void theBordersOfMessagesDecide() {
    Fingerprinter fingerprinter = new Fingerprinter(basis());

    List<Fingerprint> all =
        List.of(
            fingerprinter.of(messages("user", "ab", "user", "c")),
            fingerprinter.of(messages("user", "a", "user", "bc")),
            fingerprinter.of(messages("user", "abc")),
            fingerprinter.of(messages("user", "ab", "assistant", "c")),
            fingerprinter.of(messages("user", "c", "user", "ab")),
            fingerprinter.of(messages("system", "ab", "user", "c")));

    assertThat(all).doesNotHaveDuplicates();
  }

  @Test
  void whiteSpaceAndNormalFormsOfLettersDecide() {
    Fingerprinter fingerprinter = new Fingerprinter(basis());

    assertThat(fingerprinter.of(messages("user", "hello "))).isNotEqualTo(fingerprinter.of(HELLO));
    assertThat(fingerprinter.of(messages("user", "\u00e9"))) // é in one letter and in two
        .isNotEqualTo(fingerprinter.of(messages("user", "e\u0301")));
  }

  @Test
  void travelsToExecutors() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new ObjectOutputStream(bytes).writeObject(new Fingerprinter(basis()));

    ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()));

    assertThat(((Fingerprinter) in.readObject()).of(HELLO)).isEqualTo(fingerprint(basis()));
  }

  private static Fingerprint withParameters(String json) {
    return fingerprint(with(4, json));
  }

  private static Fingerprint fingerprint(FingerprintBasis basis) {
    return new Fingerprinter(basis).of(HELLO);
  }

  private static FingerprintBasis basis() {
    return with(0, "openai");
  }

  /** The ordinary basis with one component, by its position, replaced. */
  private static FingerprintBasis with(int position, Object value) {
    Object[] parts = {"openai", "tiny-1", Map.of("x-trace", "1"), 256, "{}", "{}"};
    parts[position] = value;
    Map<String, String> headers = new HashMap<>();
    ((Map<?, ?>) parts[2]).forEach((name, text) -> headers.put((String) name, (String) text));
    return new FingerprintBasis(
        (String) parts[0],
        (String) parts[1],
        headers,
        (Integer) parts[3],
        (String) parts[4],
        (String) parts[5],
        Set.of("user", "metadata"));
  }

  /**
   * @param turns role, content, role, content
   */
  private static List<Message> messages(String... turns) {
    Message[] messages = new Message[turns.length / 2];
    Arrays.setAll(messages, i -> new Message(turns[2 * i], turns[2 * i + 1]));
    return List.of(messages);
  }
}
