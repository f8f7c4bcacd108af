package io.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.config.JobSpec.HeaderSpec;
import io.penstock.config.JobSpec.ProviderSpec;
import io.penstock.config.JobSpec.ProxySpec;
import io.penstock.config.JobSpec.SecretSpec;
import io.penstock.domain.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ProviderChecksTest {
  private static final String WRITTEN = "is written by Penstock itself";
  private static final String ONE_OF = "must have one of value, env, file and credential_alias";

  private static ProviderSpec openai(String set) {
    return Jobs.smallestWith("providers.openai." + set).providers().get("openai");
  }

  @Test
  void aHeaderIsATextOrAPlace() {
    ProviderSpec openai =
        openai(
            "headers={x-team: data, x-tenant: 42, X-Gate-Token: {env: GATE}, x-a: {file: keys/a}, x-b: {credential_alias: b}}");

    assertThat(openai.headers())
        .containsEntry("x-team", new HeaderSpec("data", null, null, null))
        .containsEntry("x-tenant", new HeaderSpec("42", null, null, null))
        .containsEntry("X-Gate-Token", new HeaderSpec(null, "GATE", null, null))
        .containsEntry("x-a", new HeaderSpec(null, null, "/jobs/keys/a", null))
        .containsEntry("x-b", new HeaderSpec(null, null, null, "b"));
  }

  @Test
  void aProxyIsATextOrHasAUser() {
    assertThat(openai("proxy='http://proxy.corp:3128'").proxy())
        .isEqualTo(new ProxySpec("http://proxy.corp:3128", null, new SecretSpec(null, null, null)));

    ProviderSpec withUser =
        openai("proxy={url: 'http://proxy.corp:3128/', user: u, password: {file: keys/p}}");

    assertThat(withUser.proxy().password()).isEqualTo(new SecretSpec(null, "/jobs/keys/p", null));
    assertThat(JobSpecReader.proxy(withUser))
        .isEqualTo(new Network.HttpProxy("proxy.corp", 3128, "u"));
  }

  @Test
  void relativeFilesLieBesideTheJob() {
    assertThat(openai("ca_file=ca/corp.pem").caFile()).isEqualTo("/jobs/ca/corp.pem");
    assertThat(openai("ca_file='hdfs:///ca.pem'").caFile()).isEqualTo("hdfs:///ca.pem");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Authorization: x           | Authorization | carries the key: give it by api_key_env, api_key_file or credential_alias",
        "X-API-Key: {env: A}        | X-API-Key     | carries the key: give it by api_key_env, api_key_file or credential_alias",
        "api-key: x                 | api-key       | carries the key: give it by api_key_env, api_key_file or credential_alias",
        "Proxy-Authorization: x     | Proxy-Authorization | is for the proxy: see proxy.user and proxy.password",
        "Content-Type: text/plain   | Content-Type  | " + WRITTEN,
        "content-length: 5          | content-length | " + WRITTEN,
        "Host: x                    | Host          | " + WRITTEN,
        "Accept-Encoding: gzip      | Accept-Encoding | " + WRITTEN,
        "'a b': x                   | a b           | is no name of a header",
        "x-a: {}                    | x-a           | " + ONE_OF,
        "x-a: {env: A, file: b}     | x-a           | " + ONE_OF,
        "x-a: {value: v, env: A}    | x-a           | " + ONE_OF,
        "OpenAI-Beta: {env: A}      | OpenAI-Beta   | decides the answer: its value must stand in the job file",
        "x-a: \"b\\nc\"             | x-a           | holds a character that no header may hold, such as a line break"
      })
  void headersThatCannotBeSentAreRefused(String header, String name, String why) {
    Jobs.refuses(
        "providers.openai.headers={" + header + "}",
        "providers.openai.headers." + name + ": " + why);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Gate-Token: abcdefgh",
        "Ocp-Apim-Subscription-Key: abcdefgh",
        "Helicone-Auth: abcdefgh",
        "Cookie: a=abcdefgh",
        "x-a: 'Bearer abcdefgh'",
        "x-a: sk-abcdefgh"
      })
  void whatLooksLikeASecretIsRefusedAndNotQuoted(String header) {
    assertThatThrownBy(() -> openai("headers={" + header + "}"))
        .hasMessageContaining("looks like a secret")
        .hasMessageContaining("{env: NAME}")
        .hasMessageNotContaining("abcdefgh");
  }

  @Test
  void noHeaderIsThereTwice() {
    Jobs.refuses(
        "providers.openai.headers={x-a: b, X-A: c}",
        "providers.openai.headers.X-A: is there twice, in other letters");
  }

  @Test
  void headersThatOnlySoundAlikeAreAccepted() {
    assertThat(openai("headers={x-keyboard: b, x-portkey-provider: c}").headers()).hasSize(2);
  }

  @Test
  void aSecretHeaderDoesNotGoOverPlainHttpToAnotherMachine() {
    Jobs.refuses(
        "providers.own={dialect: openai, base_url: 'http://gpu7:8000', headers: {x-a: {env: A}}}",
        "providers.own.base_url: would send the key over plain http to another machine; use https, or set allow_plain_http: true");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'https://proxy:3128'      | .url: must have the form http://host:port; proxies that are spoken to by TLS or SOCKS cannot be used",
        "'socks5://proxy:1080'     | .url: must have the form http://host:port; proxies that are spoken to by TLS or SOCKS cannot be used",
        "'http://proxy'            | .url: must have the form http://host:port; proxies that are spoken to by TLS or SOCKS cannot be used",
        "'proxy:3128'              | .url: must have the form http://host:port; proxies that are spoken to by TLS or SOCKS cannot be used",
        "'http://u:pw@proxy:3128'  | .url: must not hold the user: write {url: ..., user: ..., password: {env: NAME}}",
        "{user: u}                 | .url: is required",
        "{url: 'http://p:1', user: u} | : must have both user and password, or neither",
        "{url: 'http://p:1', password: {env: P}} | : must have both user and password, or neither",
        "{url: 'http://p:1', user: u, password: {env: P, file: f}} | .password: must have one of env, file and credential_alias",
        "{url: 'http://p:1', user: 'u:v', password: {env: P}} | .user: must hold no colon"
      })
  void proxiesThatCannotBeUsedAreRefused(String proxy, String why) {
    Jobs.refuses("providers.openai.proxy=" + proxy, "providers.openai.proxy" + why);
  }

  @Test
  void aPasswordInTheJobFileIsRefusedAndNotQuoted() {
    Jobs.refuses(
        "providers.openai.proxy={url: 'http://p:1', user: u, password: pw-1}",
        "providers.openai.proxy.password: must say where it is: {env: NAME}, {file: PATH} or {credential_alias: NAME}");
  }

  @Test
  void theSimulatorIsReachedThroughNothing() {
    Jobs.refuses(
        "providers.simulator={proxy: 'http://p:1'}",
        "providers.simulator: runs inside the job: it has no proxy and no ca_file");
  }
}
