package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.simulator.Simulator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final PrintStream realOut = System.out;
  private final PrintStream realErr = System.err;

  @BeforeEach
  void capture() {
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void release() {
    System.setOut(realOut);
    System.setErr(realErr);
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private Path simulated() throws IOException {
    JobHarness jobs = new JobHarness(folder);
    jobs.file("input.jsonl", "{\"question\": \"What is 6 x 7?\"}");
    return jobs.file(
        "job.yaml",
        "name: embedded",
        "input: {path: input.jsonl, format: json}",
        "prompt: {user: \"{question}\"}",
        "models: {m: {provider: simulator, model: claude-haiku-4-5, max_output_tokens: 50}}",
        "store: {path: store}",
        "output: {path: answers}",
        "runs: {path: runs}");
  }

  @Test
  void inferRunsOnTheEmbeddedSimulatorAndTellsWhereTheResultsAre() throws IOException {
    int exitCode =
        Main.execute("infer", simulated().toString(), "--conf", "spark.ui.enabled=false");

    assertThat(exitCode).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("1 with an answer, 0 failed")
        .contains(folder.resolve("answers") + "/run_id=r");
    assertThat(new JobHarness(folder).results().first().<String>getAs("completion"))
        .contains(" 42 ");
  }

  @Test
  void previewShowsTheBodyAndCallsNothing() throws IOException {
    int exitCode =
        Main.execute(
            "preview", simulated().toString(), "--rows", "1", "--conf", "spark.ui.enabled=false");

    assertThat(exitCode).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("body: {\"model\":\"claude-haiku-4-5\"")
        .contains("What is 6 x 7?");
    assertThat(new JobHarness(folder).list("store")).isEmpty();
  }

  @Test
  void previewNeedsNoKeyAndShowsNone() throws IOException {
    String job = simulated().toString();
    String missing = "providers.simulator.api_key_env=PENSTOCK_NO_SUCH_KEY";
    Path key = new JobHarness(folder).file("key", "key-in-the-open");
    String keyed = "providers.simulator.api_key_file=" + key;

    assertThat(Main.execute("preview", job, "--set", missing, "--conf", "spark.ui.enabled=false"))
        .isZero();
    assertThat(
            Main.execute(
                "preview", job, "--set", keyed, "--conf", "spark.app.note=key-in-the-open"))
        .isEqualTo(2);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("What is 6 x 7?")
        .doesNotContain("key-in-the-open");
  }

  /**
   * @param settings of the job
   */
  private static int check(Path job, String... settings) {
    List<String> arguments = new ArrayList<>(List.of("check", job.toString()));
    Stream.of(settings).forEach(setting -> arguments.addAll(List.of("--set", setting)));
    arguments.addAll(List.of("--conf", "spark.ui.enabled=false"));
    return Main.execute(arguments.toArray(String[]::new));
  }

  @Test
  void checkAsksForTheModelWithoutPaying() throws IOException {
    Path job = simulated();

    assertThat(Main.execute("check", job.toString(), "--conf", "spark.ui.enabled=false")).isZero();
    assertThat(
            Main.execute(
                "check",
                job.toString(),
                "--set",
                "models.m.model=gpt-17",
                "--conf",
                "spark.ui.enabled=false"))
        .isEqualTo(5);
    assertThat(new JobHarness(folder).list("store")).isEmpty();
  }

  @Test
  void checkAsksGeminiInItsOwnDialect() throws IOException {
    Path job = simulated();
    try (Simulator simulator = JobHarness.simulator()) {
      String provider =
          "providers.gemini={base_url: '" + simulator.origin() + "/v1beta', api_key_env: null}";
      for (String model : new String[] {"gemini-2.5-flash", "gemini-0"}) {
        assertThat(
                Main.execute(
                    "check",
                    job.toString(),
                    "--set",
                    "models.m={provider: gemini, model: " + model + "}",
                    "--set",
                    provider,
                    "--conf",
                    "spark.ui.enabled=false"))
            .as(model)
            .isEqualTo(model.equals("gemini-0") ? 5 : 0);
      }
    }
  }

  @Test
  void checkFailsWhereNobodyAnswersAndMakesNoFolder() throws IOException {
    Path job = simulated();
    String nobody = "models.m={provider: local, model: x}";

    int exitCode =
        check(job, nobody, "providers.local={dialect: openai, base_url: 'http://127.0.0.1:1'}");

    assertThat(exitCode).isEqualTo(2);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("the job cannot run");
    assertThat(folder.resolve("answers")).doesNotExist();
  }

  @Test
  void checkProvesTheFoldersWritable() throws IOException {
    Path job = simulated();
    new JobHarness(folder).file("taken", "a file where a folder should be");

    int exitCode = check(job, "store.path=taken/store");

    assertThat(exitCode).isEqualTo(2);
    assertThat(errors()).contains("store.path").contains("cannot be written");
  }

  @Test
  void checkTellsAllThatIsWrongWithColumnsAndFoldersAtOnce() throws IOException {
    Path job = simulated();
    new JobHarness(folder).file("taken", "a file where a folder should be");

    int exitCode =
        check(
            job,
            "prompt.user='{qestion}'",
            "delivery=[{when: colour = 1, mode: batch}, {mode: realtime}]",
            "store.path=taken/store",
            "runs.path=taken/runs");

    assertThat(exitCode).isEqualTo(2);
    assertThat(errors()).contains("qestion", "colour", "store.path", "runs.path");
  }

  @Test
  void allSecretsThatAreMissingAreToldAtOnce() throws IOException {
    Path job = simulated();

    int exitCode =
        check(
            job,
            "providers.other={dialect: openai, base_url: 'http://127.0.0.1:1', api_key_env: NO_KEY_A}",
            "providers.another={dialect: openai, base_url: 'http://127.0.0.1:1', api_key_env: NO_KEY_B}",
            "models.a={provider: other, model: gpt-4o, max_output_tokens: 9}",
            "models.b={provider: another, model: gpt-4o-mini, max_output_tokens: 9}",
            "routing=[{when: length(question) > 9, model: a}, {when: length(question) > 5, model: b}, {model: m}]");

    assertThat(exitCode).isEqualTo(2);
    assertThat(errors()).contains("NO_KEY_A", "NO_KEY_B");
  }

  @Test
  void aKeyThatNoHeaderCanHoldIsTold() throws IOException {
    Path key = new JobHarness(folder).file("key", "one-half-4711", "other-half-4712");

    int exitCode =
        Main.execute(
            "infer", simulated().toString(), "--set", "providers.simulator.api_key_file=" + key);

    assertThat(exitCode).isEqualTo(2);
    assertThat(errors())
        .contains("holds a character that no header may hold")
        .doesNotContain("4711");
  }

  @Test
  void aPortInUseIsTold() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Main.execute("simulate", "--port", String.valueOf(taken.getLocalPort())))
          .isEqualTo(2);
    }
    assertThat(errors()).contains("cannot listen on 127.0.0.1");
  }

  @Test
  void allProblemsOfAJobFileAreToldAtOnce() throws IOException {
    int exitCode =
        Main.execute(
            "infer",
            simulated().toString(),
            "--set",
            "nmae=x",
            "--set",
            "store={pth: x}",
            "--set",
            "models.m.temprature=1",
            "--set",
            "prompt.user=\"{a\"");

    assertThat(exitCode).isEqualTo(2);
    assertThat(errors())
        .contains("store.pth: unknown key; did you mean 'path'?")
        .contains("nmae: unknown key; did you mean 'name'?")
        .contains("models.m.temprature: unknown key; did you mean 'temperature'?")
        .contains("prompt.user: has a single '{'");
  }

  @Test
  void planPrintsWhatARunWouldDoAndLeavesNothingBehind() throws IOException {
    String job = simulated().toString();

    int exitCode = Main.execute("plan", job, "--json", "--conf", "spark.ui.enabled=false");

    assertThat(exitCode).isZero();
    JsonNode plan = new ObjectMapper().readTree(out.toString(StandardCharsets.UTF_8));
    assertThat(plan.path("to_call").asInt()).isEqualTo(1);
    assertThat(plan.at("/calls/0/model").asText()).isEqualTo("m");
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("input.jsonl", "job.yaml");
  }

  @Test
  void planPrintsATableForPeople() throws IOException {
    int exitCode = Main.execute("plan", simulated().toString(), "--conf", "spark.ui.enabled=false");

    assertThat(exitCode).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("plan of embedded")
        .contains("1 to call: 1 new")
        .contains("run infer --limit 50 for an estimate");
  }

  @Test
  void aPlanOfAnInputThatIsMissingIsRefused() throws IOException {
    String job = simulated().toString();

    assertThat(Main.execute("plan", job, "--set", "input.path=gone.jsonl")).isEqualTo(2);
    assertThat(errors()).contains("gone.jsonl");
  }

  @Test
  void commandsThatAreNotBuiltSaySo() {
    assertThat(Main.execute("evaluate", "job.yaml")).isEqualTo(2);
    assertThat(errors()).contains("evaluate is not built yet");
  }

  @Test
  void withoutBatchesThereIsNothingToWaitForNorToList() throws IOException {
    String job = simulated().toString();

    assertThat(Main.execute("infer", job, "--no-wait")).isZero();
    assertThat(Main.execute("batches", "list", job)).isZero();
    assertThat(Main.execute("batches", job)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--limit=0", "--limit=-3", "--limit=many", "--limit=4294967296"})
  void aLimitThatTakesNoRowsIsRefused(String option) throws IOException {
    assertThat(Main.execute("infer", simulated().toString(), option)).isEqualTo(2);
    assertThat(errors()).contains("--limit");
  }

  @Test
  void aLimitDoesNotGiveUpTheJobsRun() throws IOException {
    assertThat(Main.execute("infer", simulated().toString(), "--limit=3", "--new-run"))
        .isEqualTo(2);
    assertThat(errors()).contains("--limit is always a run of its own");
  }

  @Test
  void whatAClusterCannotReachSpeculationAndKeysInArgumentsAreRefused() throws IOException {
    String job = simulated().toString();
    Path key = new JobHarness(folder).file("key", "key-in-the-open");
    String keyed = "providers.simulator.api_key_file=" + key;

    assertThat(Main.execute("infer", job, "--master", "yarn")).isEqualTo(2);
    assertThat(Main.execute("infer", job, "--conf", "spark.speculation=true")).isEqualTo(2);
    assertThat(
            Main.execute("infer", job, "--set", keyed, "--conf", "spark.app.note=key-in-the-open"))
        .isEqualTo(2);
    assertThat(errors())
        .contains("models.m.provider: is the simulator inside the job")
        .contains("spark.speculation must be off")
        .contains("A secret's value stands in an argument")
        .doesNotContain("key-in-the-open");
  }

  @Test
  void onAClusterRelativePathsAreRefusedAllAtOnce() throws IOException {
    String job =
        new JobHarness(folder).job("http://127.0.0.1:1", "routing: [{model: small}]").toString();

    assertThat(Main.execute("infer", job, "--master", "spark://127.0.0.1:1")).isEqualTo(2);
    assertThat(errors())
        .contains("input.path: is relative")
        .contains("store.path: is relative")
        .contains("output.path: is relative")
        .contains("runs.path: is relative");
  }

  @Test
  void aStoreIsCountedAndCompacted() throws IOException {
    JobHarness jobs = new JobHarness(folder);
    jobs.file("input.jsonl", "{\"question\": \"a\"}", "{\"question\": \"b\"}");
    try (Simulator simulator = JobHarness.simulator()) {
      assertThat(Main.execute("infer", jobs.job(simulator.origin()).toString())).isZero();
    }
    String store = folder.resolve("store").toString();

    assertThat(Main.execute("store", "stats", store, "--master", "local[2]")).isZero();
    assertThat(Main.execute("store", "--conf", "spark.ui.enabled=false", "compact", store))
        .isZero();
    assertThat(Main.execute("store", "stats", store, "--conf", "spark.speculation=true"))
        .isEqualTo(2);
    assertThat(Main.execute("store", "stats", folder.resolve("none").toString())).isEqualTo(2);

    assertThat(out.toString(StandardCharsets.UTF_8)).contains("entries").contains("2");
    assertThat(errors()).contains("there is no completion store at");
  }

  @Test
  void aJobFileThatIsNotThereIsNamed() {
    assertThat(Main.execute("infer", "no/such/job.yaml")).isEqualTo(2);
    assertThat(errors()).contains("no/such/job.yaml cannot be read");
  }

  @Test
  void wrongOptionsOfTheSimulatorAreTold() {
    assertThat(Main.execute("simulate", "--port", "0", "--latency", "soon")).isEqualTo(2);
    assertThat(Main.execute("simulate", "--port", "0", "--batch-seconds", "x")).isEqualTo(2);
    assertThat(errors()).contains("latency").contains("batch-seconds is 'x'");
  }
}
