package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.report.RunSummary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.alias.CredentialProvider;
import org.apache.hadoop.security.alias.CredentialProviderFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that are replaced while a job runs, and several keys of one provider. */
final class RotatedKeyTest {
  private static final int ROWS = 300;
  private static final int BEFORE = 100;
  private static final String OLD = "sk-old-key-0815";
  private static final String NEW = "sk-new-key-4711";

  @TempDir Path folder;

  private JobHarness jobs;

  @BeforeEach
  void prepare() throws IOException {
    jobs = new JobHarness(folder);
    jobs.questions(ROWS);
    Files.writeString(folder.resolve("key"), OLD);
  }

  @AfterAll
  static void leaveASession() {
    JobHarness.spark();
  }

  private void write(String key) {
    try {
      Files.writeString(folder.resolve("key"), key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static KeyServer[] holder() {
    return new KeyServer[1];
  }

  private Path job(KeyServer server, String... more) throws IOException {
    return jobs.job(
        server.origin(),
        Stream.concat(Stream.of("concurrency: {initial: 8, adaptive: false}"), Stream.of(more))
            .toArray(String[]::new));
  }

  private RunSummary run(Path job) throws IOException {
    return jobs.run(job, "providers.openai.api_key_file=key").summary();
  }

  @Test
  void aKeyThatIsReplacedWhileTheJobRunsStopsNothing() throws IOException {
    KeyServer[] server = holder();
    try (KeyServer rotating =
        server[0] =
            new KeyServer(
                OLD,
                BEFORE,
                () -> {
                  write(NEW);
                  server[0].accept(NEW);
                })) {
      RunSummary summary = run(job(rotating, "retry: {max_attempts: 1}"));

      assertThat(summary.exitCode()).isZero();
      assertThat(summary.succeeded()).isEqualTo(ROWS);
      Map<String, Integer> counts = rotating.counts();
      assertThat(counts.get(OLD + " 200")).isEqualTo(BEFORE);
      assertThat(counts.get(NEW + " 200")).isEqualTo(ROWS - BEFORE);
      assertThat(counts.get(OLD + " 401")).as("under way with the old key").isBetween(1, 8);
      assertThat(counts).doesNotContainKey(NEW + " 401");
      assertThat(summary.called() + summary.retries())
          .isEqualTo(counts.values().stream().mapToInt(Integer::intValue).sum());
      assertThat(written("runs") + written("store")).doesNotContain(OLD, NEW);
    }
  }

  @Test
  void aKeyThatIsRefusedAndStillTheSameStopsTheRun() throws IOException {
    KeyServer[] server = holder();
    try (KeyServer locking =
        server[0] = new KeyServer(OLD, BEFORE, () -> server[0].accept("nobody's"))) {
      RunSummary summary = run(job(locking));

      assertThat(summary.exitCode()).isEqualTo(5);
      assertThat(summary.stopped()).startsWith("AUTHENTICATION").doesNotContain(OLD);
      assertThat(locking.counts().get(OLD + " 401")).isBetween(1, 8);
      assertThat(summary.succeeded()).isEqualTo(BEFORE);
      assertThat(summary.failedByKind()).containsOnlyKeys("AUTHENTICATION", "NOT_ATTEMPTED");
    }
  }

  @Test
  void aKeyThatIsReplacedByOneThatIsRefusedTooStopsTheRun() throws IOException {
    KeyServer[] server = holder();
    try (KeyServer locking =
        server[0] =
            new KeyServer(
                OLD,
                BEFORE,
                () -> {
                  write(NEW);
                  server[0].accept("nobody's");
                })) {
      RunSummary summary = run(job(locking));

      assertThat(summary.exitCode()).isEqualTo(5);
      assertThat(summary.stopped()).doesNotContain(OLD, NEW);
      assertThat(locking.counts().get(NEW + " 401")).isBetween(1, 8);
    }
  }

  @Test
  void withoutThePluginExecutorsReadTheirOwnPlaceAgain() throws IOException {
    SparkSession.builder().master("local[1]").getOrCreate().stop();
    SparkSession theirs =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate();
    KeyServer[] server = holder();
    try (KeyServer rotating =
        server[0] =
            new KeyServer(
                OLD,
                BEFORE,
                () -> {
                  write(NEW);
                  server[0].accept(NEW);
                })) {
      Path job = job(rotating, "limits_without_plugin: divide");

      int exitCode =
          Main.execute(
              "infer",
              job.toString(),
              "--set",
              "providers.openai.api_key_file=" + folder.resolve("key"));

      assertThat(exitCode).isZero();
      assertThat(rotating.counts()).containsEntry(NEW + " 200", ROWS - BEFORE);
    } finally {
      theirs.stop();
    }
  }

  @Test
  void severalKeysOfOneProviderAreSeveralAccountsThatShareTheirAnswers() throws IOException {
    SparkSession.builder().master("local[1]").getOrCreate().stop();
    String providers = storeAlias("second.key", NEW);
    try (KeyServer first = new KeyServer(OLD, 0, () -> {})) {
      String at = "{dialect: openai, base_url: \"" + first.origin() + "\", ";
      Path job =
          jobs.job(
              first.origin(),
              "routing: [{when: \"input_tokens % 2 = 0\", model: small}, {model: small}]");
      List<String> sets =
          List.of(
              "--conf",
              "spark.ui.enabled=false",
              "--conf",
              "spark.hadoop.hadoop.security.credential.provider.path=" + providers,
              "--set",
              "providers.a=" + at + "api_key_file: key}",
              "--set",
              "providers.b=" + at + "credential_alias: second.key}");

      int byFile = infer(job, sets, "a");
      first.accept(NEW);
      Files.writeString(folder.resolve("more.jsonl"), "{\"question\": \"one more\"}\n");
      int byAlias = infer(job, sets, "b", "--set", "input.path='*.jsonl'");

      assertThat(List.of(byFile, byAlias)).containsExactly(0, 0);
      assertThat(first.counts()).isEqualTo(Map.of(OLD + " 200", ROWS, NEW + " 200", 1));
    }
  }

  private static int infer(Path job, List<String> sets, String provider, String... more) {
    return Main.execute(
        Stream.of(
                Stream.of(
                    "infer",
                    job.toString(),
                    "--new-run",
                    "--set",
                    "models.small.provider=" + provider),
                sets.stream(),
                Stream.of(more))
            .flatMap(all -> all)
            .toArray(String[]::new));
  }

  private String storeAlias(String alias, String key) throws IOException {
    String path = "localjceks://file" + folder.resolve("keys.jceks");
    Configuration hadoop = new Configuration(false);
    hadoop.set(CredentialProviderFactory.CREDENTIAL_PROVIDER_PATH, path);
    CredentialProvider provider = CredentialProviderFactory.getProviders(hadoop).get(0);
    provider.createCredentialEntry(alias, key.toCharArray());
    provider.flush();
    return path;
  }

  private String written(String name) throws IOException {
    StringBuilder all = new StringBuilder();
    try (var files = Files.walk(folder.resolve(name))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return all.toString();
  }
}
