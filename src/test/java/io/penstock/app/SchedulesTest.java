package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the schedules of {@code jobs/schedule} make of each exit code, with a command in the place
 * of {@code jobs/run} that ends with the codes it is told to.
 */
class SchedulesTest {
  private static final Path SCHEDULES = Path.of("jobs/schedule");

  @TempDir Path folder;

  /** An installation whose jobs/run ends with these codes, one after the other. */
  private Path installation(String codes) throws IOException {
    Path home = folder.resolve("penstock");
    Files.writeString(folder.resolve("codes"), codes.replace(' ', '\n') + "\n");
    Shell.script(
        home.resolve("jobs/run"),
        "#!/bin/bash",
        "echo \"$@\" >> " + folder.resolve("commands"),
        "code=$(head -1 " + folder.resolve("codes") + ")",
        "sed -i 1d " + folder.resolve("codes"),
        "exit $code");
    Shell.script(
        home.resolve("jobs/schedule/until-done.sh"),
        Files.readString(SCHEDULES.resolve("until-done.sh")));
    Shell.script(folder.resolve("bin/sleep"), "#!/bin/sh", "exit 0");
    return home;
  }

  private Map<String, String> environment(Path home) {
    String path = folder.resolve("bin") + ":" + System.getenv("PATH");
    return Map.of("PATH", path, "PENSTOCK_HOME", home.toString());
  }

  private List<String> commands() throws IOException {
    return Files.readAllLines(folder.resolve("commands"));
  }

  @ParameterizedTest
  @CsvSource({"75 75 0,0,3", "75 3,3,2", "4,4,1", "75 75 75 130,130,4"})
  void aLoopComesAgainWhileBatchesArePending(String codes, int last, int runs) throws IOException {
    Path home = installation(codes);

    Shell.Ended ended =
        Shell.run(
            environment(home),
            List.of(
                home.resolve("jobs/schedule/until-done.sh").toString(),
                "900",
                home.resolve("jobs/run").toString(),
                "infer",
                "job.yaml",
                "--no-wait"));

    assertThat(ended.code()).as(ended.output()).isEqualTo(last);
    assertThat(commands()).hasSize(runs).containsOnly("infer job.yaml --no-wait");
  }

  /** The command of the crontab's only line, with folders of this test in the place of its own. */
  private String cronCommand(Path home) throws IOException {
    StringBuilder command = new StringBuilder();
    for (String line : Files.readAllLines(SCHEDULES.resolve("penstock.cron"))) {
      if (line.matches("[A-Z]+=.*")) {
        command.append(line).append("; ");
      } else if (!line.startsWith("#")) {
        String[] fields = line.split("\\s+", 7); // five of time, the user
        assertThat(fields[5]).isEqualTo("penstock");
        command.append(fields[6]);
      }
    }
    Path keys = Files.writeString(folder.resolve("keys.env"), "OPENAI_API_KEY=none\n");
    return command
        .toString()
        .replace("/tmp/penstock-nightly", folder + "/nightly")
        .replace("/opt/penstock", home.toString())
        .replace("/etc/penstock/keys.env", keys.toString())
        .replace("/var/log/penstock", folder.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "75 75 0,0,''",
    "75 3,0,'done, but many rows failed'",
    "5,5,exit code 5",
    "1,1,exit code 1",
    "130,130,exit code 130"
  })
  void cronMailsWhatIsNotDone(String codes, int last, String mail) throws IOException {
    assumeTrue(Shell.has("flock"), "flock, of util-linux");
    Path home = installation(codes);

    Shell.Ended ended = Shell.run(environment(home), List.of("bash", "-c", cronCommand(home)));

    assertThat(ended.code()).as(ended.output()).isEqualTo(last);
    assertThat(ended.output()).contains(mail);
    if (mail.isEmpty()) {
      assertThat(ended.output()).isEmpty();
    }
    assertThat(commands())
        .hasSize(codes.split(" ").length)
        .containsOnly("infer " + home + "/jobs/recipes/nightly.yaml --no-wait");
  }

  private static Set<String> words(String unit, String key) {
    String line =
        unit.lines().filter(each -> each.startsWith(key + "=")).findFirst().orElse(key + "=");
    return Set.of(line.substring(key.length() + 1).split(" "));
  }

  @Test
  void systemdComesAgainForWhatMayEndOtherwise() throws IOException {
    String unit = Files.readString(SCHEDULES.resolve("penstock.service"));

    assertThat(words(unit, "Restart")).containsExactly("on-failure"); // 1 and 130
    assertThat(words(unit, "RestartForceExitStatus")).containsExactly("75");
    assertThat(words(unit, "RestartPreventExitStatus")).containsExactlyInAnyOrder("2", "4", "5");
    assertThat(words(unit, "SuccessExitStatus")).containsExactly("3");
    assertThat(unit).contains("/jobs/run infer ", "--no-wait\n");
  }

  @Test
  void systemdFindsNothingWrongWithTheUnits() throws IOException {
    assumeTrue(Shell.has("systemd-analyze"), "systemd-analyze");
    Path home = installation("0");
    for (String name : List.of("penstock.service", "penstock.timer")) {
      String unit =
          Files.readString(SCHEDULES.resolve(name))
              .replace("/opt/penstock", home.toString())
              .replace("User=penstock", "User=root");
      Files.writeString(folder.resolve(name), unit);
    }

    Shell.Ended ended =
        Shell.run(
            Map.of(),
            List.of(
                "systemd-analyze",
                "verify",
                folder.resolve("penstock.service").toString(),
                folder.resolve("penstock.timer").toString()));

    assertThat(ended.output()).doesNotContain("penstock."); // other units are the machine's
  }

  @ParameterizedTest
  @CsvSource({
    "0,succeeds",
    "3,succeeds",
    "75,reschedule",
    "2,fails",
    "4,fails",
    "5,fails",
    "1,is tried again",
    "130,is tried again"
  })
  void airflowTreatsEachExitCodeAsTheDagSays(int code, String outcome) throws IOException {
    assumeTrue(Shell.has("python3"), "python3");
    Path home = installation(Integer.toString(code));
    Map<String, String> environment =
        Map.of(
            "PENSTOCK_HOME", home.toString(),
            "PYTHONPATH", "src/test/resources/schedule",
            "PYTHONDONTWRITEBYTECODE", "1");

    Shell.Ended ended =
        Shell.run(
            environment,
            List.of(
                "python3",
                "src/test/resources/schedule/run_dag.py",
                SCHEDULES.resolve("penstock_dag.py").toString()));

    assertThat(ended.code()).as(ended.output()).isZero();
    assertThat(ended.output()).endsWith("label " + outcome + "\n");
    assertThat(commands())
        .containsExactly("infer " + home + "/jobs/recipes/nightly.yaml --no-wait");
  }
}
