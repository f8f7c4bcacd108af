package io.penstock.cluster;

import io.penstock.domain.ProviderSecrets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secrets of providers, read anew once after each version of them that was refused.
 * Thread-safe; in memory only.
 */
final class SecretBook {
  private static final Logger LOG = LoggerFactory.getLogger(SecretBook.class);

  private final Function<String, ProviderSecrets> places;
  private final Executor reader;
  private final Map<String, Entry> entries = new HashMap<>();

  private static final class Entry {
    HeldSecrets held;
    @Nullable CompletableFuture<HeldSecrets> again;

    Entry(HeldSecrets held) {
      this.held = held;
    }
  }

  /**
   * @param places reads a provider's secrets where they are; may block, and throw
   * @param reader runs what may block
   */
  SecretBook(Function<String, ProviderSecrets> places, Executor reader) {
    this.places = places;
    this.reader = reader;
  }

  /** What has been read already. */
  synchronized SecretBook with(Map<String, ProviderSecrets> known) {
    known.forEach(
        (provider, secrets) -> entries.put(provider, new Entry(new HeldSecrets(secrets, 0))));
    return this;
  }

  /** Reads them where they are not known yet. */
  HeldSecrets read(String provider) {
    HeldSecrets known = known(provider);
    if (known.version() >= 0) {
      return known;
    }
    ProviderSecrets secrets = places.apply(provider);
    synchronized (this) {
      return entries.computeIfAbsent(provider, name -> new Entry(new HeldSecrets(secrets, 0))).held;
    }
  }

  /** Does no I/O; none, of version -1, of a provider that is not known. */
  synchronized HeldSecrets known(String provider) {
    Entry entry = entries.get(provider);
    return entry == null ? new HeldSecrets(ProviderSecrets.NONE, -1) : entry.held;
  }

  /**
   * What there is in the place of a version that was refused; the same version where its place
   * still holds the same. Never fails.
   */
  synchronized CompletableFuture<HeldSecrets> instead(String provider, int refused) {
    Entry entry = entries.get(provider);
    if (entry == null || entry.held.version() != refused) {
      return CompletableFuture.completedFuture(known(provider));
    }
    if (entry.again == null) {
      entry.again =
          CompletableFuture.supplyAsync(() -> places.apply(provider), reader)
              .handle((fresh, error) -> readAgain(provider, entry, fresh, error));
    }
    return entry.again;
  }

  private synchronized HeldSecrets readAgain(
      String provider, Entry entry, @Nullable ProviderSecrets fresh, @Nullable Throwable error) {
    if (error != null) {
      Throwable cause = error.getCause() == null ? error : error.getCause();
      LOG.warn(
          "The secrets of provider {} were refused and could not be read again: {}",
          provider,
          cause.getMessage());
    } else if (fresh != null && !fresh.showsWhat(entry.held.secrets())) {
      LOG.info("The secrets of provider {} were refused; others have taken their place", provider);
      entry.held = new HeldSecrets(fresh.insteadOf(entry.held.secrets()), entry.held.version() + 1);
      entry.again = null;
    }
    return entry.held;
  }
}
