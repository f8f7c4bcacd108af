package io.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AccountsTest {
  private static final String GPU = "dialect: openai, base_url: 'https://gpu/v1'";

  @Test
  void modelsOfOneProviderAndRequestModelShareTheirLimits() {
    JobSpec job =
        Jobs.smallestWith(
            "models={cold: {provider: openai, model: m, temperature: 0},"
                + " warm: {provider: openai, model: m}, other: {provider: openai, model: n}}",
            "routing=[{when: x, model: cold}, {when: y, model: warm}, {model: other}]",
            "limits={openai/m: {max_in_flight: 5}}");

    assertThat(accountModel(job, "cold")).isEqualTo("openai/m");
    assertThat(accountModel(job, "warm")).isEqualTo("openai/m");
    assertThat(accountModel(job, "other")).isEqualTo("openai/n");
    Accounts accounts = Accounts.of(job);
    assertThat(accounts.limits(job.models().get("warm"), job.limits()).maxInFlight()).isEqualTo(5);
    assertThat(accounts.limits(job.models().get("other"), job.limits())).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ", api_key_env: KEY", ", api_key_file: /keys/a", ", credential_alias: a"})
  void providersOfOneIdentityWhoseKeyComesFromOnePlaceAreOneAccount(String key) {
    JobSpec job = twoProviders(GPU + key, GPU + key);

    assertThat(accountModel(job, "a")).isEqualTo("alpha/m");
    assertThat(accountModel(job, "b")).isEqualTo("alpha/m");
  }

  @Test
  void limitsReachAnAccountByEitherName() {
    JobSpec job = twoProviders(GPU, GPU, "limits={beta/m: {max_in_flight: 5}}");

    assertThat(Accounts.of(job).limits(job.models().get("a"), job.limits()).maxInFlight())
        .isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        GPU,
        GPU + ", api_key_env: OTHER",
        GPU + ", api_key_file: KEY",
        GPU + ", credential_alias: KEY",
        GPU + ", api_key_env: KEY, identity: other",
        "dialect: openai, base_url: 'https://gpu2/v1', api_key_env: KEY"
      })
  void anotherKeyOrIdentityIsAnotherAccount(String other) {
    JobSpec job = twoProviders(GPU + ", api_key_env: KEY", other);

    assertThat(accountModel(job, "a")).isEqualTo("alpha/m");
    assertThat(accountModel(job, "b")).isEqualTo("beta/m");
  }

  @Test
  void twoKeysOfAKnownProviderAreTwoAccountsOfOneIdentity() {
    JobSpec job =
        Jobs.smallestWith(
            "providers.second={identity: openai, credential_alias: second.key}",
            "models={a: {provider: openai, model: m}, b: {provider: second, model: m}}",
            "routing=[{when: x, model: a}, {model: b}]");

    assertThat(accountModel(job, "a")).isEqualTo("openai/m");
    assertThat(accountModel(job, "b")).isEqualTo("second/m");
    assertThat(JobSpecReader.identity(job.providers().get("second"))).isEqualTo("openai");
  }

  private static JobSpec twoProviders(String alpha, String beta, String... more) {
    String[] sets = {
      "providers.beta={" + beta + "}",
      "providers.alpha={" + alpha + "}",
      "models={b: {provider: beta, model: m}, a: {provider: alpha, model: m}}",
      "routing=[{when: x, model: a}, {model: b}]"
    };
    return Jobs.smallestWith(
        Stream.concat(Stream.of(sets), Stream.of(more)).toArray(String[]::new));
  }

  private static String accountModel(JobSpec job, String model) {
    return Accounts.of(job).accountModel(job.models().get(model));
  }
}
