package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.alias.CredentialProvider;
import org.apache.hadoop.security.alias.CredentialProviderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretPlaceTest {
  private static final String ALIAS = "openai.key";

  @TempDir Path folder;

  private final Configuration hadoop = new Configuration(false);

  private SecretPlace file(String text) throws IOException {
    return inFile(Files.writeString(folder.resolve("key"), text).toString());
  }

  private static SecretPlace inFile(String path) {
    return new SecretPlace("no API key", null, path, null);
  }

  private static SecretPlace variable(String name) {
    return new SecretPlace("no API key", name, null, null);
  }

  private static SecretPlace alias() {
    return new SecretPlace("no API key", null, null, ALIAS);
  }

  private static String readWithoutHadoop(SecretPlace place) {
    return place.read(
        () -> {
          throw new AssertionError("Hadoop is not needed");
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"sk-1", "sk-1\n", "  sk-1\r\n", "\tsk-1 "})
  void theFilesKeyHasNoSpaceAround(String text) throws IOException {
    assertThat(readWithoutHadoop(file(text))).isEqualTo("sk-1");
  }

  @Test
  void aFileMayLieOnAnyHadoopFileSystem() throws IOException {
    file("sk-1\n");

    assertThat(inFile(folder.resolve("key").toUri().toString()).read(() -> hadoop))
        .isEqualTo("sk-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", " \t\r\n"})
  void aBlankFileIsNoKey(String text) throws IOException {
    SecretPlace place = file(text);

    assertThatThrownBy(() -> readWithoutHadoop(place))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("no API key: file " + place.file() + " is empty");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    String missing = folder.resolve("nowhere").toString();

    for (String path : new String[] {missing, "file://" + missing, "nosuch://x/y"}) {
      assertThatThrownBy(() -> inFile(path).read(() -> hadoop))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("no API key: file " + path + " cannot be read")
          .hasCauseInstanceOf(IOException.class);
    }
  }

  /** A key saved as UTF-16 or with stray bytes: the message must not quote them. */
  @Test
  void aFileThatIsNoTextIsNamedAndNotQuoted() throws IOException {
    Path file = Files.write(folder.resolve("key"), new byte[] {'s', 'k', (byte) 0xFF, 0});

    for (String path : new String[] {file.toString(), file.toUri().toString()}) {
      assertThatThrownBy(() -> inFile(path).read(() -> hadoop))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("no API key: file " + path + " cannot be read");
    }
  }

  @Test
  void aVariableIsRead() {
    String name = System.getenv().containsKey("PATH") ? "PATH" : "Path";

    assertThat(readWithoutHadoop(variable(name))).isEqualTo(System.getenv(name).strip());
  }

  @Test
  void aVariableThatIsNotSetIsNamed() {
    assertThatThrownBy(() -> readWithoutHadoop(variable("PENSTOCK_NO_SUCH_KEY")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("no API key: environment variable PENSTOCK_NO_SUCH_KEY is not set");
  }

  @Test
  void anAliasIsReadFromTheCredentialProviders() throws IOException {
    store("sk-1");
    assertThat(alias().read(() -> hadoop)).isEqualTo("sk-1");

    store("sk-2");
    assertThat(alias().read(() -> hadoop)).as("whatever is there now").isEqualTo("sk-2");
  }

  @Test
  void anAliasThatIsNotThereIsNamedEvenIfTheConfigurationHasItInClear() throws IOException {
    store("sk-1");
    hadoop.set("other.key", "in-clear");

    assertThatThrownBy(
            () -> new SecretPlace("no API key", null, null, "other.key").read(() -> hadoop))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("no API key: the Hadoop credential providers have no alias other.key");
  }

  @Test
  void anAliasNeedsCredentialProviders() {
    assertThatThrownBy(() -> alias().read(() -> hadoop))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "no API key: credential_alias needs the Hadoop setting hadoop.security.credential.provider.path");
  }

  @Test
  void credentialProvidersThatCannotBeReadAreSaid() throws IOException {
    Files.writeString(folder.resolve("keys.jceks"), "no key store");
    setProviders();

    assertThatThrownBy(() -> alias().read(() -> hadoop))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("no API key: the Hadoop credential providers cannot be read: ");
  }

  private void setProviders() {
    hadoop.set(
        CredentialProviderFactory.CREDENTIAL_PROVIDER_PATH,
        "localjceks://file" + folder.resolve("keys.jceks"));
  }

  private void store(String key) throws IOException {
    setProviders();
    CredentialProvider provider = CredentialProviderFactory.getProviders(hadoop).get(0);
    if (provider.getCredentialEntry(ALIAS) != null) {
      provider.deleteCredentialEntry(ALIAS);
    }
    provider.createCredentialEntry(ALIAS, key.toCharArray());
    provider.flush();
  }
}
