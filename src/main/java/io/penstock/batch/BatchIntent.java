package io.penstock.batch;

import java.io.Serializable;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * The cut of a batch, as it is written down before anything is sent.
 *
 * @param format of the ledger's files
 * @param job whose batch it is
 * @param runId the run that pays for it
 * @param round how often the run has asked for these requests in batches, from 1
 * @param identity of the provider, see {@link io.penstock.domain.ProviderEndpoint}
 * @param requestModel the provider's name for the model
 * @param accountModel under which tokens are queued: {@code account/model}
 * @param file the lines, in the run folder
 * @param inputTokens as counted here
 * @param worstUsd what it can cost at the most; null where no price is known
 */
public record BatchIntent(
    int format,
    String job,
    String runId,
    int round,
    String identity,
    String requestModel,
    String accountModel,
    String file,
    Size size,
    long inputTokens,
    @Nullable BigDecimal worstUsd)
    implements Serializable {
  /** Version of the files under {@code pending/}. */
  static final int FORMAT = 1;

  /**
   * @param bytes of the lines, line feeds included
   */
  public record Size(int requests, long bytes) implements Serializable {}

  public BatchIntent(
      Owner owner,
      Target target,
      String file,
      Size size,
      long inputTokens,
      @Nullable BigDecimal worstUsd) {
    this(
        FORMAT,
        owner.job(),
        owner.runId(),
        owner.round(),
        target.identity(),
        target.requestModel(),
        target.accountModel(),
        file,
        size,
        inputTokens,
        worstUsd);
  }

  /** Who asks; see the components of {@link BatchIntent}. */
  public record Owner(String job, String runId, int round) implements Serializable {}

  /** Who is asked; see the components of {@link BatchIntent}. */
  public record Target(String identity, String requestModel, String accountModel)
      implements Serializable {}

  public Target target() {
    return new Target(identity, requestModel, accountModel);
  }
}
