package io.penstock.provider;

import io.penstock.domain.ModelSettings;
import io.penstock.domain.ProviderSecrets;
import java.io.Serializable;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The only plug that travels to executors: makes the connection of a model there. Serializable;
 * holds no connections.
 */
public interface ProviderFactory extends Serializable {
  /**
   * Opens nothing yet. All models of one JVM share one client.
   *
   * @param maxInFlight calls that may be under way at once for this model; sizes pools. 0: no more
   *     than were said before, where it takes the place of another connection
   * @param learnt told the limits that the answers name, refusals included, whenever they are
   *     others than before; called on the thread of an answer, so must not block
   */
  ModelProvider connect(
      ModelSettings model, ProviderSecrets secrets, int maxInFlight, Consumer<LearntRates> learnt);

  /**
   * Opens one connection to the model's server in the background, by a request that costs nothing
   * and shows secrets to the proxy only, so that the first call finds address and route known and
   * the handshake done. The connection closes again unless a call follows within seconds; what it
   * taught the JVM of address and TLS session outlives it. Returns at once; what fails is found out
   * by the calls.
   */
  void warmUp(ModelSettings model, ProviderSecrets secrets);

  /**
   * Asks the provider whether it knows key and model, by a request that costs nothing. Blocks.
   *
   * @return false where the server offers no way to ask
   * @throws ProviderException when it refuses, or does not answer
   */
  boolean check(ModelSettings model, ProviderSecrets secrets) throws ProviderException;

  /**
   * The Batch API of the model's provider, over the same client; empty where its dialect has none
   * here. Opens nothing yet.
   */
  default Optional<BatchProvider> batches(ModelSettings model, ProviderSecrets secrets) {
    return Optional.empty();
  }

  /** Closes idle connections of this JVM's client; later {@link #connect}s open them again. */
  void close();
}
