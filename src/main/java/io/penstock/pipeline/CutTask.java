package io.penstock.pipeline;

import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Usd;
import io.penstock.pipeline.RuntimeSettings.Model;
import io.penstock.provider.BatchProvider;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.jspecify.annotations.Nullable;

/**
 * Cuts requests into batches, none beyond any limit: of each a file of lines as the provider takes
 * them, and one of its requests. Holds one request at a time. An attempt that fails leaves files
 * that nobody looks at.
 */
final class CutTask implements FlatMapFunction<Iterator<CutTask.Part>, CutTask.Report> {
  private final RuntimeSettings settings;
  private final String folder;

  /**
   * @param folder in the run folder, of this execution's own
   */
  CutTask(RuntimeSettings settings, String folder) {
    this.settings = settings;
    this.folder = folder;
  }

  /**
   * Requests of one model that go into batches together.
   *
   * @param shards of {@link ShardStage}
   */
  record Part(String modelName, List<Integer> shards, String missesPath, Most most)
      implements Serializable {}

  /**
   * What a batch may hold at the most.
   *
   * @param tokens null: any number
   * @param usd what all batches of the part together can cost at the most; null: anything
   */
  record Most(int requests, long bytes, @Nullable Long tokens, @Nullable BigDecimal usd)
      implements Serializable {}

  /**
   * @param tooDear requests that were left out for want of money
   */
  record Report(List<Cut> cuts, long tooDear) implements Serializable {
    Report {
      cuts = List.copyOf(cuts);
    }
  }

  /**
   * @param requestsFile see {@link io.penstock.batch.BatchLedger#intend}
   * @param worstUsd null where no price is known
   */
  record Cut(
      String modelName,
      String file,
      String requestsFile,
      int requests,
      long bytes,
      long tokens,
      @Nullable BigDecimal worstUsd)
      implements Serializable {}

  @Override
  public Iterator<Report> call(Iterator<Part> parts) throws IOException {
    List<Report> reports = new ArrayList<>();
    while (parts.hasNext()) {
      reports.add(cut(parts.next()));
    }
    return reports.iterator();
  }

  private Report cut(Part part) throws IOException {
    Model model =
        settings.models().stream()
            .filter(one -> one.settings().name().equals(part.modelName()))
            .findFirst()
            .orElseThrow();
    BatchProvider provider = BatchPlug.unconnected(settings, model);
    BatchPricing pricing = BatchPricing.of(model);
    Configuration hadoop = settings.place().hadoop().value();
    try (Cutter cutter = new Cutter(part, folder, hadoop)) {
      for (int shard : part.shards()) {
        try (ShardReader requests =
            new ShardReader(
                part.missesPath(),
                shard,
                part.modelName(),
                settings.window().chunkSize(),
                hadoop)) {
          while (requests.hasNext()) {
            InferenceRequest request = requests.next();
            cutter.add(request, provider.line(request), pricing.worst().worstCase(request));
          }
        }
      }
      return cutter.report(pricing.batch() != null);
    }
  }

  /** Fills one batch after the other. */
  private static final class Cutter implements Closeable {
    private final Part part;
    private final String folder;
    private final FileSystem files;
    private final List<Cut> cuts = new ArrayList<>();
    private BigDecimal allWorst = BigDecimal.ZERO;
    private long tooDear;
    private @Nullable Open open;

    Cutter(Part part, String folder, Configuration hadoop) throws IOException {
      this.part = part;
      this.folder = folder;
      this.files = new Path(folder).getFileSystem(hadoop);
    }

    void add(InferenceRequest request, byte[] line, Usd worst) throws IOException {
      BigDecimal most = part.most().usd();
      if (most != null && allWorst.add(worst.amount()).compareTo(most) > 0) {
        tooDear++;
        return;
      }
      allWorst = allWorst.add(worst.amount());
      Open into = open;
      if (into == null || !into.hasRoom(line, request, part.most())) {
        finish();
        into = new Open(files, folder + "/" + UUID.randomUUID());
        open = into;
      }
      into.write(request, line, worst);
    }

    private void finish() throws IOException {
      Open full = open;
      open = null;
      if (full != null) {
        full.close();
        cuts.add(full.cut(part.modelName()));
      }
    }

    Report report(boolean isPriced) throws IOException {
      finish();
      return new Report(isPriced ? cuts : cuts.stream().map(Cutter::unpriced).toList(), tooDear);
    }

    private static Cut unpriced(Cut cut) {
      return new Cut(
          cut.modelName(),
          cut.file(),
          cut.requestsFile(),
          cut.requests(),
          cut.bytes(),
          cut.tokens(),
          null);
    }

    @Override
    public void close() throws IOException {
      Open unfinished = open;
      if (unfinished != null) {
        unfinished.close();
      }
    }
  }

  /** A batch that is being written. */
  private static final class Open implements Closeable {
    private final String path;
    private final OutputStream lines;
    private final OutputStream list;
    private int requests;
    private long bytes;
    private long tokens;
    private Usd worst = Usd.ZERO;

    Open(FileSystem files, String path) throws IOException {
      this.path = path;
      this.lines = new BufferedOutputStream(files.create(new Path(path + ".jsonl"), false));
      this.list = new BufferedOutputStream(files.create(new Path(path + ".csv"), false));
    }

    boolean hasRoom(byte[] line, InferenceRequest request, Most most) {
      Long mostTokens = most.tokens();
      return requests < most.requests()
          && bytes + line.length + 1 <= most.bytes()
          && (mostTokens == null || tokens + request.measure().countedInputTokens() <= mostTokens);
    }

    void write(InferenceRequest request, byte[] line, Usd worstCase) throws IOException {
      lines.write(line);
      lines.write('\n');
      String entry =
          "%s,%d,%d,%s\n"
              .formatted(
                  request.fingerprint(),
                  request.measure().countedInputTokens(),
                  request.measure().promptHash(),
                  worstCase);
      list.write(entry.getBytes(StandardCharsets.US_ASCII));
      requests++;
      bytes += line.length + 1;
      tokens += request.measure().countedInputTokens();
      worst = worst.plus(worstCase);
    }

    Cut cut(String modelName) {
      return new Cut(
          modelName, path + ".jsonl", path + ".csv", requests, bytes, tokens, worst.amount());
    }

    @Override
    public void close() throws IOException {
      try (list) {
        lines.close();
      }
    }
  }
}
