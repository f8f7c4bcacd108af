package io.penstock.slow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.penstock.bench.SimulatorProcess;
import io.penstock.slow.TestJob.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A job on a cluster whose executors reach the provider through a proxy with a user, by TLS with a
 * certificate of an own CA. Fails where the programs are missing, unless {@code
 * -Dslow.network=skip} says that this is known.
 */
@Tag("slow")
@ExtendWith(LabExtension.class)
class CorporateNetworkIT {
  private static final Shape SHAPE = new Shape(300, 30, 16);
  private static final String CONNECTED = "CONNECT ";

  private final Lab lab;
  private SimulatorProcess simulator;
  private CorporateNetwork network;
  private String name;

  CorporateNetworkIT(Lab lab) {
    this.lab = lab;
  }

  @BeforeEach
  void build(TestInfo test) throws IOException {
    List<String> missing = CorporateNetwork.missing();
    if (System.getProperty("slow.network", "").equals("skip")) {
      assumeThat(missing).isEmpty();
    }
    assertThat(missing)
        .as("not installed: apt-get install tinyproxy nginx-light openssl, or -Dslow.network=skip")
        .isEmpty();
    name = "network-" + test.getTestMethod().orElseThrow().getName();
    simulator = SimulatorProcess.start("--latency", "fixed:200ms", "--api-key", Lab.KEY);
    network = CorporateNetwork.start(lab.folder().resolve(name), simulator.origin());
  }

  @AfterEach
  void close() {
    if (network != null) {
      network.close();
    }
    if (simulator != null) {
      simulator.close();
    }
  }

  @Test
  void everyCallGoesThroughTheProxyAndTls() throws IOException {
    TestJob job = job();

    assertThat(infer(job, provider(network.passwordFile(), network.certificates()))).isZero();

    Judge judge = new Judge(job, bill());
    judge.judgeRows();
    judge.judgePaid(0, 0);
    judge.judgeMoney();
    assertThat(judge.problems()).isEmpty();
    assertThat(job.onlyRun().count("/called")).isEqualTo(SHAPE.distinct());
    assertThat(job.onlyRun().count("/succeeded")).isEqualTo(SHAPE.rows());
    assertThat(network.served())
        .filteredOn(line -> line.contains("POST /v1/chat/completions HTTP/2.0\" 200"))
        .hasSize(SHAPE.distinct());
    assertThat(network.proxied())
        .filteredOn(line -> line.contains(CONNECTED + network.target()))
        .isNotEmpty();
  }

  @Test
  void aWrongPasswordOfTheProxyStopsTheRunAndNothingIsSent() throws IOException {
    TestJob job = job();
    Path wrong = Files.writeString(lab.folder().resolve("wrong"), "wrong-password-4711");

    int exitCode = infer(job, provider(wrong, network.certificates()));

    assertThat(exitCode).isEqualTo(5);
    assertThat(job.onlyRun().text("/stopped"))
        .startsWith("AUTHENTICATION")
        .contains("the proxy asks for a user and password, or refuses those it was given");
    assertThat(network.served()).isEmpty();
    assertThat(bill().requests()).isZero();
  }

  @Test
  void aServerWhoseCaIsNotTrustedIsSentNothing() throws IOException {
    TestJob job = job();
    Path otherCa = otherCertificates();

    int exitCode = infer(job, provider(network.passwordFile(), otherCa));

    assertThat(exitCode).isEqualTo(5);
    assertThat(job.onlyRun().text("/stopped"))
        .startsWith("AUTHENTICATION")
        .contains("is not trusted");
    assertThat(network.served()).isEmpty();
    assertThat(bill().requests()).isZero();
  }

  /** Of a company that has nothing to do with this one. */
  private Path otherCertificates() throws IOException {
    try (CorporateNetwork other =
        CorporateNetwork.start(lab.folder().resolve(name + "-other"), simulator.origin())) {
      return other.certificates();
    }
  }

  private TestJob job() throws IOException {
    return TestJob.create(
        "file://" + lab.folder().resolve("jobs") + "/" + name, name, SHAPE, "http://127.0.0.1:1");
  }

  private String provider(Path password, Path certificates) {
    return "providers.openai={base_url: '%s/v1', api_key_env: %s, ca_file: '%s', proxy: {url: '%s', user: %s, password: {file: '%s'}}}"
        .formatted(
            network.origin(),
            Lab.KEY_VARIABLE,
            certificates,
            network.proxy(),
            CorporateNetwork.USER,
            password);
  }

  private int infer(TestJob job, String... sets) throws IOException {
    List<String> options = new ArrayList<>();
    for (String set : sets) {
      options.addAll(List.of("--set", set));
    }
    try (Submission submission = lab.infer(job, options.toArray(String[]::new))) {
      return submission.awaitExit();
    }
  }

  private Bill bill() throws IOException {
    return Bill.of(simulator.stats(), simulator.invoice());
  }
}
