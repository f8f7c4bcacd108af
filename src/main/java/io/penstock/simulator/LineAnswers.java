package io.penstock.simulator;

import io.penstock.domain.TokenUsage;
import io.penstock.simulator.PlayedModels.Played;
import io.penstock.simulator.Refusal.Reason;
import io.penstock.simulator.batch.BatchFault;
import io.penstock.simulator.batch.BatchRequest;
import io.penstock.simulator.batch.BatchState;
import io.penstock.simulator.batch.BatchWorker;
import io.penstock.simulator.batch.DoneRequest;
import io.undertow.util.HeaderMap;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Answers the requests of one batch as the realtime endpoint would. Thread-safe. */
final class LineAnswers implements BatchWorker {
  private static final long PRETENDED_PER_MINUTE = 60;
  private static final Refusal TOO_MANY =
      new Refusal(
          Reason.REQUESTS, PRETENDED_PER_MINUTE, PRETENDED_PER_MINUTE, 1, Duration.ofSeconds(1));

  private final Format format;
  private final ModelCatalog catalog;
  private final PlayedModels models;
  private final BatchChance chance;
  private final long number;

  /**
   * @param number of the batch, from 1
   */
  LineAnswers(
      Format format, ModelCatalog catalog, PlayedModels models, BatchChance chance, long number) {
    this.format = format;
    this.catalog = catalog;
    this.models = models;
    this.chance = chance;
    this.number = number;
  }

  /**
   * @param headers that stand for those which a realtime request has
   * @param refusesAll true for a provider that tells of a batch's failure line by line
   */
  record Format(
      WireDialect dialect, BatchLines lines, HeaderMap headers, String path, boolean refusesAll) {}

  @Override
  public Worked work(byte[] line) throws IOException {
    BatchRequest request = BatchRequest.parse(line, format.lines().bodyName());
    String requestId = WireDialect.newId();
    try {
      return succeeded(request, requestId);
    } catch (ApiException e) {
      byte[] error = format.dialect().error(e, requestId);
      byte[] failed = format.lines().failed(request.customId(), requestId, e.status(), error);
      return new Worked(new DoneRequest(false, request.model(), 0, TokenUsage.NONE), failed);
    }
  }

  private Worked succeeded(BatchRequest line, String requestId) throws ApiException {
    WireDialect dialect = format.dialect();
    SimulatedRequest request = dialect.read(format.headers(), format.path(), line.body());
    long inputTokens = catalog.check(request, dialect);
    BatchFault fault =
        format.refusesAll() ? BatchFault.LINE_400 : chance.ofLine(request.identity(), number);
    if (fault != null) {
      throw refusal(request, fault);
    }
    Played played = models.answer(request, inputTokens, dialect);
    DoneRequest done =
        new DoneRequest(true, request.model(), request.identity().high(), played.usage());
    return new Worked(done, format.lines().succeeded(line.customId(), requestId, played.body()));
  }

  private ApiException refusal(SimulatedRequest request, @Nullable BatchFault fault) {
    WireDialect dialect = format.dialect();
    if (fault == BatchFault.LINE_429) {
      return dialect.refusal(request.model(), TOO_MANY);
    }
    return fault == BatchFault.LINE_500
        ? dialect.refusal(Fault.INTERNAL_ERROR)
        : dialect.invalid("messages", "invalid_value", "is refused by a fault of the simulator");
  }

  @Override
  public byte[] leftOver(byte[] line, BatchState end) throws IOException {
    BatchRequest request = BatchRequest.parse(line, format.lines().bodyName());
    return format.lines().leftOver(request.customId(), end);
  }
}
