package io.penstock.simulator.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchFilesTest {
  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("file"), text);
  }

  @Test
  void linesComeWithTheirPlaces() throws IOException {
    List<String> lines = new ArrayList<>();

    Lines.of(
        file("a\n\nzwölf\nend"),
        (line, offset) -> lines.add(offset + ":" + new String(line, StandardCharsets.UTF_8)));

    assertThat(lines).containsExactly("0:a", "2:", "3:zwölf", "10:end");
  }

  @Test
  void requestsOfAnArrayAreFoundByteByByte() throws IOException {
    Path file = file("{\"x\":[1,{}],\"requests\": [ {\"a\":\"ö]}\"} ,{\"b\":{\"c\":[]}}],\"y\":2}");
    try (SpooledRequests found = SpooledRequests.in(file)) {
      assertThat(RequestArray.read(file, found)).isTrue();

      assertThat(found.count()).isEqualTo(2);
      assertThat(found.read(0)).asString(StandardCharsets.UTF_8).isEqualTo("{\"a\":\"ö]}\"}");
      assertThat(found.read(1)).asString(StandardCharsets.UTF_8).isEqualTo("{\"b\":{\"c\":[]}}");
    }
  }

  @Test
  void aRequestHasItsBodyAsItWasSent() throws IOException {
    String json =
        "{\"custom_id\":\"ä\",\"body\": {\"n\":{\"model\":\"no\"}, \"model\" : \"m\"} ,\"n\":1}";

    BatchRequest request = BatchRequest.parse(json.getBytes(StandardCharsets.UTF_8), "body");

    assertThat(request.customId()).isEqualTo("ä");
    assertThat(request.model()).isEqualTo("m");
    assertThat(request.body())
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("{\"n\":{\"model\":\"no\"}, \"model\" : \"m\"}");
    assertThat(request.text("n")).isEmpty();
    assertThatThrownBy(() -> BatchRequest.parse("{} {}".getBytes(StandardCharsets.UTF_8), "body"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aSetOfNumbersKnowsWhatItHas() {
    SplittableRandom random = new SplittableRandom(1);
    LongSet set = new LongSet();
    Set<Long> expected = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      long number = random.nextLong(5_000);

      assertThat(set.add(number)).isEqualTo(expected.add(number));
    }

    assertThat(set.size()).isEqualTo(expected.size());
  }

  @Test
  void aSpoolFolderIsDeletedWithItsFilesAndBegunAnew() throws IOException {
    SpoolFolder spool = new SpoolFolder();
    Path first = Files.writeString(spool.newFile("x"), "text");
    spool.close();

    Path second = spool.newFile("x");

    assertThat(first.getParent()).doesNotExist();
    assertThat(second.getParent()).isDirectory().isNotEqualTo(first.getParent());
    spool.close();
  }
}
