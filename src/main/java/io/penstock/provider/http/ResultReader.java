package io.penstock.provider.http;

import io.penstock.domain.FailureKind;
import io.penstock.provider.BatchCodec;
import io.penstock.provider.BatchLine;
import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import io.penstock.provider.ResultLines;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives on the results of one batch, file after file. Confined to one thread. */
final class ResultReader {
  private static final Logger LOG = LoggerFactory.getLogger(ResultReader.class);

  private final BatchCodec codec;
  private final BatchCalls calls;
  private final ResultLines each;
  private long given;
  private long leftOut;

  ResultReader(BatchCodec codec, BatchCalls calls, ResultLines each) {
    this.codec = codec;
    this.calls = calls;
    this.each = each;
  }

  /**
   * @throws ProviderException when the file breaks off; the lines before were given
   * @throws IOException the taker's own
   */
  void read(ResultStream lines) throws ProviderException, IOException {
    for (byte[] line = next(lines); line != null; line = next(lines)) {
      Optional<BatchLine> result = codec.result(line);
      if (result.isPresent()) {
        each.line(told(result.get()));
        given++;
      } else if (lines.isUnended()) {
        throw calls.broken(new IOException("the last of %d lines is cut".formatted(given + 1)));
      } else {
        leftOut++;
      }
    }
    leftOut += lines.tooLong();
  }

  /**
   * After all files.
   *
   * @throws ProviderException when they cannot have been all there is
   */
  void end(ProviderBatch batch) throws ProviderException {
    long completed = batch.counts().completed();
    boolean areGone = batch.resultPaths().isEmpty() && batch.error() != null;
    if (given + leftOut < completed && !areGone) {
      throw calls.broken(new IOException("%d lines of %d came".formatted(given, completed)));
    }
    if (given == 0 && leftOut > 0) {
      throw calls.told(
          new ProviderException(
              FailureKind.UNREADABLE_RESPONSE,
              Billing.NOT_BILLED,
              0,
              "no line of the results of batch %s can be read".formatted(batch.id()),
              Details.NONE));
    }
    if (leftOut > 0) {
      LOG.warn("Left out {} lines of batch {}, which are of no request", leftOut, batch.id());
    }
  }

  private byte @Nullable [] next(ResultStream lines) throws ProviderException {
    try {
      return lines.next();
    } catch (IOException e) {
      throw calls.broken(e);
    }
  }

  private BatchLine told(BatchLine line) {
    ProviderException failure = line.failure();
    return failure == null ? line : BatchLine.failed(line.customId(), calls.told(failure));
  }
}
