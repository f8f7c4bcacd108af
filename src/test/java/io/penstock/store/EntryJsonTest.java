package io.penstock.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.FinishReason;
import io.penstock.domain.InferenceOutcome.Effort;
import io.penstock.domain.InferenceOutcome.Waste;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.store.StoreEntry.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EntryJsonTest {
  @Test
  void readsTheAnswersThatItWrites() throws IOException {
    StoreEntry entry = Entries.answer("e1", 1, "yes", 3);

    assertThat(read(EntryJson.write(entry))).isEqualTo(entry);
  }

  @Test
  void readsWhatCameInABatch() throws IOException {
    StoreEntry entry = Entries.answer("e1", 1, "yes", 3);
    StoreEntry priced = entry.inBatch(Usd.of("0.000000000002"));

    assertThat(read(EntryJson.write(priced))).isEqualTo(priced);
    assertThat(read(EntryJson.write(entry.inBatch(null)))).isEqualTo(entry.inBatch(null));
    assertThat(new String(EntryJson.write(entry), StandardCharsets.UTF_8))
        .doesNotContain("batched");
  }

  @ParameterizedTest
  @EnumSource(FailureKind.class)
  void readsTheFailuresThatItWrites(FailureKind kind) throws IOException {
    StoreEntry entry =
        new StoreEntry(
            "e2",
            Entries.fingerprint(2),
            Entries.origin("r1", 7),
            null,
            new Failure(kind, "it \"failed\"\n", "<html>\r\n"),
            new Effort(9, 4, 123_456, new Waste(Usd.of("0.1"), Usd.of("12345678.000000000001"))),
            null,
            Entries.START.plusNanos(123_456_000));

    assertThat(read(EntryJson.write(entry))).isEqualTo(entry);
  }

  @Test
  void everythingThatMayBeNullMayBeNull() throws IOException {
    Completion bare =
        new Completion(null, null, FinishReason.OTHER, null, null, null, TokenUsage.of(0, 0), true);

    assertThat(read(EntryJson.write(withAnswer(bare))).answer()).isEqualTo(bare);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "nul \0",
        "lf \n cr \r",
        "\u2028\u0085",
        "größe",
        "日本語",
        "🙂👩‍👩‍👧",
        "\\\"\t",
        "\uFFFF"
      })
  void textsComeBackAsTheyWere(String text) throws IOException {
    byte[] json = EntryJson.write(Entries.answer("e1", 1, text, 0));

    assertThat(read(json).answer().text()).isEqualTo(text);
    assertThat(json).doesNotContain((byte) '\n'); // one line
  }

  @Test
  void textsOfAnyLengthComeBack() throws IOException {
    String huge = "é".repeat(25_000_000); // more than Jackson's usual limit of 20 million

    assertThat(read(EntryJson.write(Entries.answer("e1", 1, huge, 0))).answer().text())
        .isEqualTo(huge);
  }

  @Test
  void halfAnEmojiDoesNotMakeAnEntryUnwritable() throws IOException {
    String cut = "cut off: \ud83d"; // providers send it as an escape where an answer ends at LENGTH

    assertThat(read(EntryJson.write(Entries.answer("e1", 1, cut, 0))).answer().text())
        .startsWith("cut off: ");
  }

  @Test
  void amountsAreTextsWithAllTheirDigits() throws IOException {
    String json =
        new String(EntryJson.write(Entries.answer("e1", 1, "yes", 0)), StandardCharsets.UTF_8);

    assertThat(json)
        .contains("\"cost_usd\":\"0.000000000001\"")
        .contains("\"fingerprint\":\"v1-00000000000000000000000000000001\"")
        .contains("\"completed_at\":1795391940000000")
        .contains("\"provider_identity\":\"openai\"")
        .contains(
            "\"asked\":{\"job_name\":\"triage\",\"counted_input_tokens\":101,\"prompt_hash\":-7}");
  }

  @Test
  void fieldsOfALaterPenstockAreSkipped() throws IOException {
    StoreEntry entry = Entries.answer("e1", 1, "yes", 0);
    String json = new String(EntryJson.write(entry), StandardCharsets.UTF_8);

    String later = json.replaceFirst("\\{", "{\"mood\":{\"a\":[1]},");

    assertThat(read(later.getBytes(StandardCharsets.UTF_8))).isEqualTo(entry);
  }

  @Test
  void readsEntriesOfAnEarlierPenstock() throws IOException {
    StoreEntry entry = Entries.answer("e1", 1, "yes", 0);
    String json = new String(EntryJson.write(entry), StandardCharsets.UTF_8);

    String earlier = json.replaceFirst(",\"asked\":\\{[^}]*}", "");

    assertThat(earlier).isNotEqualTo(json);
    assertThat(read(earlier.getBytes(StandardCharsets.UTF_8)).origin())
        .isEqualTo(new StoreEntry.Origin("r1", 0, "openai", "gpt-4o-mini", "2026-11-22", null));
  }

  @Test
  void findsTheFingerprintWhereverItStands() throws IOException {
    byte[] json = EntryJson.write(Entries.answer("e1", 7, "yes", 0));
    byte[] later =
        "{\"a\":{\"fingerprint\":1},\"fingerprint\":\"v1-x\"}".getBytes(StandardCharsets.UTF_8);

    assertThat(EntryJson.readFingerprint(json, 0, json.length))
        .isEqualTo(Entries.fingerprint(7).toString());
    assertThat(EntryJson.readFingerprint(later, 0, later.length)).isEqualTo("v1-x");
  }

  @Test
  void readsAPartOfALongerBuffer() throws IOException {
    StoreEntry entry = Entries.answer("e1", 1, "yes", 0);
    byte[] line = LineFrame.frame(EntryJson.write(entry));

    int length = line.length - LineFrame.HEADER_BYTES - 1;

    assertThat(EntryJson.read(line, LineFrame.HEADER_BYTES, length)).isEqualTo(entry);
  }

  private static StoreEntry withAnswer(Completion answer) {
    StoreEntry entry = Entries.answer("e1", 1, "", 0);
    return new StoreEntry(
        entry.entryId(),
        entry.fingerprint(),
        entry.origin(),
        answer,
        null,
        entry.effort(),
        null,
        entry.completedAt());
  }

  private static StoreEntry read(byte[] json) throws IOException {
    return EntryJson.read(json, 0, json.length);
  }
}
