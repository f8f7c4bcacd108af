package io.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.penstock.config.JobSpec.ProviderSpec;
import io.penstock.yaml.Problems;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProviderDefaultsTest {
  private static final String AS_A_KNOWN_ONE =
      "is that of a known provider: its answers would serve as the real ones";

  @Test
  void knownProvidersNeedNothing() {
    ProviderSpec openai = provider("openai");

    assertThat(openai.maxTokensField()).isEqualTo("max_completion_tokens");
    assertThat(JobSpecReader.baseUrl(openai)).isEqualTo("https://api.openai.com/v1");
    assertThat(JobSpecReader.identity(openai)).isEqualTo("openai");
    assertThat(openai.priceAs()).isNull();
  }

  @Test
  void aJobOverridesSingleKeys() {
    ProviderSpec openai = provider("openai", "providers.openai.api_key_env=MY_KEY");

    assertThat(openai.apiKeyEnv()).isEqualTo("MY_KEY");
    assertThat(openai.dialect()).isEqualTo("openai");
    assertThat(JobSpecReader.identity(openai)).isEqualTo("openai");
  }

  @Test
  void aJobReplacesTheKeysEnvironmentVariableByAFile() {
    ProviderSpec openai =
        provider("openai", "providers.openai={api_key_env: null, api_key_file: /keys/openai}");

    assertThat(openai.apiKeyEnv()).isNull();
    assertThat(openai.apiKeyFile()).isEqualTo("/keys/openai");
  }

  @Test
  void anotherBaseUrlIsAnotherIdentity() {
    ProviderSpec openai = provider("openai", "providers.openai.base_url='http://localhost:8089'");

    assertThat(JobSpecReader.identity(openai)).isEqualTo("http://localhost:8089/v1");
    assertThat(openai.priceAs()).isEqualTo("openai"); // priced as what it stands for
    assertThat(openai.apiKeyEnv()).isEqualTo("OPENAI_API_KEY");
  }

  @Test
  void theJobsOwnPriceAsIsKept() {
    ProviderSpec openai =
        provider("openai", "providers.openai={base_url: 'http://localhost', price_as: groq}");

    assertThat(openai.priceAs()).isEqualTo("groq");
  }

  @Test
  void theIdentityOfAnotherServerIsItsNormalisedBaseUrl() {
    ProviderSpec own =
        provider("own", "providers.own={dialect: openai, base_url: 'HTTP://LocalHost:80/'}");

    assertThat(own.identity()).isNull();
    assertThat(JobSpecReader.identity(own)).isEqualTo("http://localhost/v1");
    assertThat(own.priceAs()).isNull();
  }

  @Test
  void anOwnProviderMayHaveAnIdentityOfItsOwn() {
    ProviderSpec own =
        provider(
            "own", "providers.own={dialect: openai, base_url: 'http://localhost', identity: lab}");

    assertThat(JobSpecReader.identity(own)).isEqualTo("lab");
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "anthropic", "simulator"})
  void nobodyTakesTheIdentityOfAKnownProvider(String identity) {
    Jobs.refuses(
        "providers.own={dialect: openai, base_url: 'http://localhost', identity: " + identity + "}",
        "providers.own.identity: " + AS_A_KNOWN_ONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ", dialect: openai, base_url: 'https://API.openai.com:443/v1/'"})
  void anotherAccountOfAKnownProviderIsAsThatIs(String address) {
    ProviderSpec second =
        provider(
            "second", "providers.second={identity: openai, api_key_env: KEY_2" + address + "}");

    assertThat(JobSpecReader.identity(second)).isEqualTo("openai");
    assertThat(JobSpecReader.baseUrl(second)).isEqualTo("https://api.openai.com/v1");
    assertThat(second.apiKeyEnv()).isEqualTo("KEY_2");
    assertThat(second.priceAs()).isEqualTo("openai");
    assertThat(second.maxTokensField()).isEqualTo("max_completion_tokens");
  }

  @Test
  void theKeyOfAKnownProviderIsNotThatOfAnotherAccount() {
    assertThat(provider("second", "providers.second={identity: openai}").apiKey().places())
        .isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"api_key_file: /keys/openai", "credential_alias: openai.key"})
  void theJobsPlaceOfTheKeyReplacesThatOfTheDefaults(String place) {
    ProviderSpec openai = provider("openai", "providers.openai={" + place + "}");

    assertThat(openai.apiKeyEnv()).isNull();
    assertThat(openai.apiKey().places()).isOne();
  }

  @Test
  void theIdentityOfAKnownProviderCannotBeSet() {
    Jobs.refuses(
        "providers.openai.identity=mine",
        "providers.openai.identity: belongs to the known provider and cannot be set");
    Jobs.refuses(
        "providers.simulator.identity=openai",
        "providers.simulator.identity: belongs to the known provider and cannot be set");
  }

  @Test
  void theSimulatorRunsInsideTheJob() {
    Jobs.refuses(
        "providers.simulator.base_url='http://localhost:8089'",
        "providers.simulator.base_url: the simulator runs inside the job; to use a running one, set base_url of another provider to it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://acme.openai.azure.com",
        "https://acme.openai.azure.com/openai/",
        "https://acme.openai.azure.com/openai/v1/"
      })
  void anAzureResourceIsOneWhicheverOfItsAddressesIsGiven(String baseUrl) {
    ProviderSpec azure = provider("azure", "providers.azure={base_url: '" + baseUrl + "'}");

    assertThat(azure.baseUrl()).isEqualTo("https://acme.openai.azure.com/openai");
  }

  @Test
  void azureHasTheAddressThatTheJobGivesIt() {
    ProviderSpec azure =
        provider(
            "azure",
            "providers.azure={base_url: 'https://Acme.openai.azure.com/', api_version: '2024-10-21'}");

    assertThat(JobSpecReader.identity(azure)).isEqualTo("https://acme.openai.azure.com/openai");
    assertThat(azure.apiKeyEnv()).isEqualTo("AZURE_OPENAI_API_KEY");
    assertThat(azure.apiVersion()).isEqualTo("2024-10-21");
    assertThat(azure.priceAs()).isEqualTo("azure");
  }

  @Test
  void aKnownProviderWithoutAnAddressIsAskedForItOnlyWhereItIsUsed() {
    assertThat(Jobs.smallestWith().providers()).doesNotContainKey("azure");
    Jobs.refuses("models.small.provider=azure", "providers.azure.base_url: is required");
    Jobs.refuses("providers.azure.api_key_env=K", "providers.azure.base_url: is required");
  }

  @Test
  void aKnownLocalServerMayHaveAnIdentity() {
    assertThat(JobSpecReader.identity(provider("ollama"))).isEqualTo("http://127.0.0.1:11434/v1");
    assertThat(provider("ollama", "providers.ollama.identity=lab").identity()).isEqualTo("lab");
  }

  @Test
  void aProviderThatIsNoMappingIsAProblem() {
    Jobs.refuses("providers.own=5", "providers.own: must be a mapping of keys to values, is '5'");
  }

  @Test
  void knownProvidersWithoutIdentityForbidNone() {
    Problems problems = new Problems("job.yaml");
    String known = "openai: {dialect: openai, base_url: 'http://localhost:11434'}";

    Jobs.reader(known)
        .read(
            Jobs.SMALLEST,
            JobPlace.here(Jobs.FOLDER),
            List.of("providers.own={dialect: openai, base_url: 'http://localhost'}"),
            problems);

    assertThatCode(problems::throwIfAny).doesNotThrowAnyException();
  }

  private static ProviderSpec provider(String name, String... sets) {
    return Jobs.smallestWith(sets).providers().get(name);
  }
}
