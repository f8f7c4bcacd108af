package io.penstock.app;

import io.penstock.pipeline.InvalidInputException;
import io.penstock.store.CompletionStore;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code store stats|compact PATH}: looks after a completion store. */
@Command(name = "store", description = "Looks after a completion store; jobs may run meanwhile.")
final class StoreCommand {
  @Mixin SparkArguments arguments;

  @Command(
      name = "stats",
      description = "Counts entries, duplicates, torn lines, bytes and the cost that is held.")
  int stats(@Parameters(paramLabel = "PATH", description = "the store's folder") String path)
      throws IOException {
    return with(path, store -> store.stats().lines().forEach(System.out::println));
  }

  @Command(
      name = "compact",
      description =
          "Turns closed journal segments into Parquet, merges small files, deletes what was"
              + " replaced more than 24 h ago.")
  int compact(@Parameters(paramLabel = "PATH", description = "the store's folder") String path)
      throws IOException {
    return with(path, store -> store.compact().lines().forEach(System.out::println));
  }

  @Command(name = "purge", hidden = true)
  int purge(@Parameters(arity = "0..*") List<String> rest) {
    throw new InvalidInputException("store purge is not built yet");
  }

  private interface Work {
    void on(CompletionStore store) throws IOException;
  }

  private int with(String path, Work work) throws IOException {
    try (CommandSession session = CommandSession.open("store", arguments)) {
      CompletionStore store = new CompletionStore(session.spark(), path);
      if (store.isNew()) {
        throw new InvalidInputException("there is no completion store at " + path);
      }
      work.on(store);
      return 0;
    }
  }
}
