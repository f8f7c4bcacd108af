package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ShardReaderTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FINGERPRINT = "00112233445566778899AABBCCDDEEFF";
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path misses;
  private Path place;

  @BeforeEach
  void makeShard() throws IOException {
    place = Files.createDirectories(misses.resolve("shard=3/model_name=gpt-4.1"));
  }

  private void file(String name, String... prompts) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (String prompt : prompts) {
      Map<String, String> message = Map.of("role", "user", "content", prompt);
      lines.append(
          JSON.writeValueAsString(
              Map.of(
                  "fingerprint", FINGERPRINT, "expected_tokens", 7, "messages", List.of(message))));
      lines.append('\n');
    }
    Files.writeString(place.resolve(name), lines);
  }

  private ShardReader reader(int shard, String model, int chunkSize) throws IOException {
    return new ShardReader(misses.toString(), shard, model, chunkSize, HADOOP);
  }

  private List<String> read(int chunkSize) throws IOException {
    List<String> prompts = new ArrayList<>();
    try (ShardReader reader = reader(3, "gpt-4.1", chunkSize)) {
      reader.forEachRemaining(request -> prompts.add(request.messages().get(0).content()));
    }
    return prompts;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 100_000})
  void theSequenceIsTheSameWhateverTheChunks(int chunkSize) throws IOException {
    file("part-00001.json", "d", "e");
    file("part-00000.json", "a", "b", "c");
    file("part-00002.json");
    file("part-00003.json", "f");

    assertThat(read(chunkSize)).containsExactly("a", "b", "c", "d", "e", "f");
  }

  @Test
  void hiddenFilesAreNotRead() throws IOException {
    file("part-00000.json", "a");
    Files.writeString(place.resolve(".part-00000.json.crc"), "no json");
    Files.writeString(place.resolve("_SUCCESS"), "");
    Files.delete(place.resolve(".part-00000.json.crc"));
    Files.writeString(place.resolve(".hidden"), "no json");

    assertThat(read(10)).containsExactly("a");
  }

  @Test
  void aRequestHasFingerprintModelAndAllMessages() throws IOException {
    Files.writeString(
        place.resolve("part-0.json"),
        "{\"fingerprint\":\""
            + FINGERPRINT
            + "\",\"counted_input_tokens\":12,\"prompt_hash\":-5,\"messages\":[{\"role\":\"system\",\"content\":\"s\"},"
            + "{\"content\":\"u\",\"role\":\"user\"}]}");

    try (ShardReader reader = reader(3, "gpt-4.1", 10)) {
      assertThat(reader.next())
          .isEqualTo(
              new InferenceRequest(
                  Fingerprint.parse("v1-" + FINGERPRINT),
                  "gpt-4.1",
                  List.of(new Message(Message.SYSTEM, "s"), new Message(Message.USER, "u")),
                  new InferenceRequest.Measure(12, -5)));
      assertThat(reader.hasNext()).isFalse();
      assertThatThrownBy(reader::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void oddCharactersComeBackUnchanged() throws IOException {
    String odd = "\0\u0001 \uD83D\uDE00 \uD842\uDFB7 \u2028\u2029\u0085 \uFEFF \" \\ \r\n\t } {";
    file("part-00000.json", odd, " ", odd);

    assertThat(read(2)).containsExactly(odd, " ", odd);
  }

  /** Jackson's own limit is 20 million letters. */
  @Test
  void aPromptMayBeLongerThanJacksonAllowsByItself() throws IOException {
    String longPrompt = "x".repeat(20_100_000);
    file("part-00000.json", longPrompt, "short");

    assertThat(read(1).stream().mapToInt(String::length)).containsExactly(20_100_000, 5);
  }

  @Test
  void aShardOrModelWithoutAFolderIsEmpty() throws IOException {
    file("part-00000.json", "a");

    try (ShardReader otherShard = reader(4, "gpt-4.1", 10);
        ShardReader otherModel = reader(3, "gpt-4", 10)) {
      assertThat(otherShard.hasNext()).isFalse();
      assertThat(otherModel.hasNext()).isFalse();
    }
  }

  @Test
  void aDamagedFileIsAnErrorAndNotTheEnd() throws IOException {
    file("part-00000.json", "a", "b");
    Path file = place.resolve("part-00000.json");
    String text = Files.readString(file);
    Files.writeString(file, text.substring(0, text.length() - 20));

    assertThatThrownBy(() -> read(10))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("A shard of the run folder could not be read");
  }
}
