package io.penstock.batch;

import io.penstock.domain.FailureKind;
import io.penstock.provider.ProviderException;

/** The provider refuses the account, the model or its money: no batch can be asked for. */
public final class BatchStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final FailureKind kind;

  BatchStoppedException(Carrier.Trouble trouble) {
    super(trouble.message());
    this.kind = trouble.kind();
  }

  public FailureKind kind() {
    return kind;
  }

  /** Throws where it would be the same for every batch. */
  static void throwIfOfAll(Carrier.Trouble trouble) {
    if (trouble.kind().stopsRun()) {
      throw new BatchStoppedException(trouble);
    }
  }

  /** The same of what concerns one batch: that it is not found says nothing of others. */
  static void throwIfOfAccount(ProviderException failure) {
    if (failure.kind() != FailureKind.NOT_FOUND) {
      throwIfOfAll(Carrier.Trouble.of(failure));
    }
  }
}
