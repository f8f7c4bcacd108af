package io.penstock.pipeline;

import io.penstock.batch.Carrier.Sent;
import io.penstock.batch.Carrier.Trouble;
import io.penstock.batch.PendingBatch;
import io.penstock.provider.BatchFile;
import io.penstock.provider.BatchOrder;
import io.penstock.provider.BatchProvider;
import io.penstock.provider.ProviderException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;

/** Streams the lines of a batch to its provider: as a file, or as the batch itself. */
final class BatchSendTask implements Function<PendingBatch, Sent> {
  private final RuntimeSettings settings;
  private final boolean creates;

  /**
   * @param creates whether the lines make the batch; else they are uploaded for it
   */
  BatchSendTask(RuntimeSettings settings, boolean creates) {
    this.settings = settings;
    this.creates = creates;
  }

  @Override
  public Sent call(PendingBatch batch) {
    if (creates && isLaterAttempt()) {
      return Sent.refused(batch.key(), Trouble.unknown("the executor that sent it was lost"));
    }
    BatchProvider provider =
        BatchPlug.connected(
            settings, BatchPlug.model(settings, batch.intent().target()).orElseThrow());
    Lines lines = new Lines(batch, settings.place().hadoop().value());
    try {
      String id =
          creates
              ? provider.create(new BatchOrder(lines, null, Map.of())).id()
              : provider.upload(lines);
      return Sent.as(batch.key(), id);
    } catch (ProviderException e) {
      return Sent.refused(batch.key(), Trouble.of(e));
    }
  }

  private static boolean isLaterAttempt() {
    TaskContext task = TaskContext.get();
    return task.attemptNumber() > 0 || task.stageAttemptNumber() > 0;
  }

  private record Lines(PendingBatch batch, Configuration hadoop) implements BatchFile {
    @Override
    public String name() {
      return batch.key() + ".jsonl";
    }

    @Override
    public long bytes() {
      return batch.intent().size().bytes();
    }

    @Override
    public InputStream open() throws IOException {
      Path file = new Path(batch.intent().file());
      return file.getFileSystem(hadoop).open(file);
    }
  }
}
