package io.penstock.pipeline;

import io.penstock.cluster.ExecutorLink;
import io.penstock.cluster.HeldSecrets;
import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model whose key may be replaced while the job runs: after a refusal the place of the secrets is
 * read again, once for each version of them. Where others are there, the model is connected anew,
 * and the refused attempts are told to be superseded; where not, the refusal stands. Meanwhile no
 * attempt begins. Thread-safe.
 */
final class RekeyedModel implements ModelProvider {
  private static final Logger LOG = LoggerFactory.getLogger(RekeyedModel.class);

  private final String provider;
  private final ExecutorLink link;
  private final Connect connect;
  private final Executor threads;

  /** Not completed while secrets are being read again; never fails. */
  private CompletableFuture<Connection> current;

  /** Connects the model with some secrets, with room for so many more calls at once. */
  @FunctionalInterface
  interface Connect {
    ModelProvider with(ProviderSecrets secrets, int calls);
  }

  /**
   * @param refused whether its secrets were refused, and no others are there
   */
  private record Connection(ModelProvider model, int version, boolean refused) {}

  /**
   * @param threads on which attempts go on that had to wait
   */
  RekeyedModel(String provider, ExecutorLink link, Connect connect, int calls, Executor threads) {
    this.provider = provider;
    this.link = link;
    this.connect = connect;
    this.threads = threads;
    HeldSecrets held = link.secrets(provider);
    current =
        CompletableFuture.completedFuture(
            new Connection(connect.with(held.secrets(), calls), held.version(), false));
  }

  @Override
  public CompletableFuture<Completion> complete(InferenceRequest request) {
    CompletableFuture<Connection> connection = current();
    return connection.isDone()
        ? sendUnlessRefused(connection.join(), request)
        : connection.thenComposeAsync(found -> sendUnlessRefused(found, request), threads);
  }

  private CompletableFuture<Completion> sendUnlessRefused(
      Connection with, InferenceRequest request) {
    return with.refused ? notSent() : send(with, request);
  }

  private synchronized CompletableFuture<Connection> current() {
    return current;
  }

  private CompletableFuture<Completion> send(Connection with, InferenceRequest request) {
    return with.model
        .complete(request)
        .exceptionallyCompose(
            error -> {
              ProviderException refusal = refusal(error);
              return refusal == null
                  ? CompletableFuture.failedFuture(error)
                  : instead(with).thenCompose(next -> fail(refusal, with, next));
            });
  }

  private static @Nullable ProviderException refusal(Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    return cause instanceof ProviderException failure
            && failure.kind() == FailureKind.AUTHENTICATION
        ? failure
        : null;
  }

  private static CompletableFuture<Completion> fail(
      ProviderException failure, Connection with, Connection next) {
    return CompletableFuture.failedFuture(
        next.version == with.version ? failure : failure.superseded());
  }

  /** What takes the place of a connection whose secrets were refused. */
  private synchronized CompletableFuture<Connection> instead(Connection with) {
    if (current.isDone() && current.join() == with && !with.refused) {
      current =
          link.secretsInstead(provider, with.version)
              .handle((held, error) -> connected(held, error, with));
    }
    return current;
  }

  private Connection connected(HeldSecrets held, @Nullable Throwable error, Connection before) {
    Connection stays = new Connection(before.model, before.version, true);
    if (error != null) {
      LOG.warn(
          "Provider {} refuses the key, and nobody could be asked for another", provider, error);
      return stays;
    }
    if (held.version() == before.version) {
      return stays;
    }
    try {
      return new Connection(connect.with(held.secrets(), 0), held.version(), false);
    } catch (IllegalArgumentException e) { // holds no secret
      LOG.warn("The key that took the place of a refused one cannot be used: {}", e.getMessage());
      return stays;
    }
  }

  private static CompletableFuture<Completion> notSent() {
    return CompletableFuture.failedFuture(
        new ProviderException(
            FailureKind.NOT_ATTEMPTED,
            Billing.NOT_BILLED,
            0,
            "the provider refuses the key, and no other is in its place",
            Details.NONE));
  }
}
