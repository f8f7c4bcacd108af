package io.penstock.pipeline;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.InferenceRequest.Measure;
import io.penstock.domain.Message;
import io.penstock.lake.Columns;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The requests of one model in one shard, in the order of the files; read a chunk at a time.
 * Confined to one thread.
 */
final class ShardReader implements Iterator<InferenceRequest>, Closeable {
  /** A prompt may be of any length. */
  private static final StreamReadConstraints ANY_LENGTH =
      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build();

  private static final ObjectReader JSON =
      new ObjectMapper(JsonFactory.builder().streamReadConstraints(ANY_LENGTH).build())
          .readerFor(Line.class)
          .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** What Spark wrote of one request; a record is read in half the time of a tree. */
  private record Line(
      String fingerprint,
      List<LineMessage> messages,
      @JsonProperty(Columns.COUNTED_INPUT_TOKENS) long countedInputTokens,
      @JsonProperty(Columns.PROMPT_HASH) long promptHash) {}

  private record LineMessage(String role, String content) {}

  private final String modelName;
  private final int chunkSize;
  private final FileSystem files;
  private final ArrayDeque<Path> remaining;
  private final ArrayDeque<InferenceRequest> chunk = new ArrayDeque<>();
  private MappingIterator<Line> lines = MappingIterator.emptyIterator();

  /**
   * @param missesPath folder of the shards
   * @param chunkSize requests held in memory
   */
  ShardReader(String missesPath, int shard, String modelName, int chunkSize, Configuration hadoop)
      throws IOException {
    this.modelName = modelName;
    this.chunkSize = chunkSize;
    Path folder =
        new Path(
            missesPath, Columns.SHARD + "=" + shard + "/" + Columns.MODEL_NAME + "=" + modelName);
    files = folder.getFileSystem(hadoop);
    remaining = files.exists(folder) ? list(folder) : new ArrayDeque<>();
  }

  private ArrayDeque<Path> list(Path folder) throws IOException {
    return new ArrayDeque<>(
        Arrays.stream(files.listStatus(folder))
            .map(FileStatus::getPath)
            .filter(path -> !path.getName().startsWith(".") && !path.getName().startsWith("_"))
            .sorted()
            .toList());
  }

  @Override
  public boolean hasNext() {
    if (chunk.isEmpty()) {
      try {
        readChunk();
      } catch (IOException e) {
        throw new UncheckedIOException("A shard of the run folder could not be read", e);
      }
    }
    return !chunk.isEmpty();
  }

  @Override
  public InferenceRequest next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return chunk.remove();
  }

  private void readChunk() throws IOException {
    while (chunk.size() < chunkSize) {
      if (lines.hasNextValue()) {
        chunk.add(request(lines.nextValue()));
      } else if (remaining.isEmpty()) {
        return;
      } else {
        lines.close();
        lines = JSON.readValues((InputStream) files.open(remaining.remove()));
      }
    }
  }

  private InferenceRequest request(Line line) {
    List<Message> messages =
        line.messages().stream()
            .map(message -> new Message(message.role(), message.content()))
            .toList();
    byte[] fingerprint = HexFormat.of().parseHex(line.fingerprint());
    return new InferenceRequest(
        Fingerprint.of(fingerprint),
        modelName,
        messages,
        new Measure(line.countedInputTokens(), line.promptHash()));
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
