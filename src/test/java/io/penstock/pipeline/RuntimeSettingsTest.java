package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.config.JobSpec.RetrySpec;
import io.penstock.domain.FailureKind;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.Network;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.domain.ProviderSecrets;
import io.penstock.domain.Usd;
import io.penstock.inference.StopSignal;
import io.penstock.limit.AccountLimits;
import io.penstock.limit.Rate;
import io.penstock.pricing.ModelPrice;
import io.penstock.pricing.ModelPrice.Rates;
import io.penstock.pricing.ModelPrice.Tier;
import io.penstock.provider.LearntRates;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.ProviderFactory;
import io.penstock.provider.anthropic.AnthropicDialect;
import io.penstock.provider.http.HttpProviderFactory;
import io.penstock.provider.openai.OpenAiDialect;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.Test;

/** What travels to executors: Java's serialization there and back. */
final class RuntimeSettingsTest {
  private static final ModelSettings MODEL =
      new ModelSettings(
          "small",
          new ProviderEndpoint(
              "ours",
              "openai",
              "openai",
              "http://x/v1",
              "max_tokens",
              null,
              Duration.ofSeconds(30),
              new Network(new Network.HttpProxy("p", 1, "u"), Map.of("a", "b"), "pem")),
          "gpt",
          null,
          "{\"temperature\":0}",
          "{}");

  /** Connects nothing. */
  private record NoProviders() implements ProviderFactory {
    @Override
    public ModelProvider connect(
        ModelSettings model,
        ProviderSecrets secrets,
        int maxInFlight,
        Consumer<LearntRates> learnt) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean check(ModelSettings model, ProviderSecrets secrets) {
      return false;
    }

    @Override
    public void warmUp(ModelSettings model, ProviderSecrets secrets) {}

    @Override
    public void close() {}
  }

  private static RuntimeSettings settings(ProviderFactory providers) {
    Configuration hadoop = new Configuration(false);
    hadoop.set("fs.test", "yes");
    Rates rates = new Rates(BigDecimal.ONE, null, null, null, BigDecimal.TEN);
    return new RuntimeSettings(
        new RuntimeSettings.RunPlace(
            "r1",
            "job",
            "/store",
            false,
            "/runs/r1",
            "/runs/r1/misses",
            "v1",
            new SerializableConfiguration(hadoop)),
        List.of(
            new RuntimeSettings.Model(
                MODEL, new ModelPrice(rates, List.of(new Tier(9, rates)), 1L, null), limits("a/m")),
            new RuntimeSettings.Model(MODEL, null, limits("b/m"))),
        new RuntimeSettings.Window(100, 0, true),
        RuntimeSettings.Retries.of(new RetrySpec(6, 2, 600, 3600)),
        providers,
        new RuntimeSettings.Undriven(
            3,
            List.of(
                new SecretPlaces(
                    "openai",
                    new SecretPlace("no key", "KEY", null, null),
                    Map.of("a", new SecretPlace("no header", null, "/f", null)),
                    new SecretPlace("no password", null, null, "alias")))),
        new RunBudget(Usd.of("25"), Usd.of("0.5")));
  }

  private static AccountLimits limits(String account) {
    return new AccountLimits(
        account,
        new io.penstock.limit.Rates(Map.of(Rate.REQUESTS, 60.0)),
        0,
        1,
        new AccountLimits.Window(10, 5, 50, true),
        Duration.ofSeconds(600));
  }

  private static byte[] write(Object value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    return bytes.toByteArray();
  }

  private static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return in.readObject();
    }
  }

  @Test
  void settingsTravelUnchanged() throws Exception {
    RuntimeSettings sent = settings(new NoProviders());

    RuntimeSettings received = (RuntimeSettings) read(write(sent));

    assertThat(received.place().hadoop().value().get("fs.test")).isEqualTo("yes");
    assertThat(received).usingRecursiveComparison().ignoringFields("place.hadoop").isEqualTo(sent);
    assertThat(received.retries()).isEqualTo(new RuntimeSettings.Retries(6, 2, 3600));
  }

  @Test
  void modelsOfOneAccountShareItsWindow() {
    RuntimeSettings settings = settings(new NoProviders());

    assertThat(settings.accounts()).extracting(AccountLimits::account).containsOnly("a/m", "b/m");
    assertThat(settings.mostInFlight()).isEqualTo(100);
  }

  @Test
  void theTaskTravelsWithTheFactoryThatJobsUse() throws Exception {
    ProviderFactory providers =
        new HttpProviderFactory(List.of(new OpenAiDialect(), new AnthropicDialect()));
    ShardTask sent = new ShardTask(settings(providers));

    ShardTask received = (ShardTask) read(write(sent));

    assertThat(received).hasFieldOrProperty("settings").isNotSameAs(sent);
  }

  @Test
  void reportsAndRequestsTravelUnchanged() throws Exception {
    ShardReport report =
        new ShardReport(
            List.of(
                new ShardReport.Refused(
                    LinkedRows.fingerprint("a"),
                    FailureKind.NOT_FOUND,
                    "no such model",
                    1,
                    0,
                    false)),
            new StopSignal.Cause(FailureKind.NOT_FOUND, "no such model"),
            1,
            2,
            "driver",
            3);
    InferenceRequest request =
        new InferenceRequest(
            LinkedRows.fingerprint("a"), "small", List.of(new Message("user", "a")));

    assertThat(read(write(report))).isEqualTo(report);
    assertThat(read(write(request))).isEqualTo(request);
  }
}
