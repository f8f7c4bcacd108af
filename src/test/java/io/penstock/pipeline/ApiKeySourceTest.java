package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ApiKeySourceTest {
  @TempDir Path folder;

  private ApiKeySource file(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("key"), text);
    return new ApiKeySource("openai", null, file.toString());
  }

  @Test
  void aProviderThatNeedsNoKeyHasNone() {
    assertThat(new ApiKeySource("free", null, null).read()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sk-1", "sk-1\n", "  sk-1\r\n", "\tsk-1 "})
  void theFilesKeyHasNoSpaceAround(String text) throws IOException {
    assertThat(file(text).read()).isEqualTo("sk-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", " \t\r\n"})
  void aBlankFileIsNoKey(String text) throws IOException {
    ApiKeySource source = file(text);

    assertThatThrownBy(source::read)
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("providers.openai: no API key: file " + source.file() + " is empty");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    String missing = folder.resolve("nowhere").toString();

    assertThatThrownBy(() -> new ApiKeySource("openai", null, missing).read())
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("providers.openai: no API key: file " + missing + " cannot be read")
        .hasCauseInstanceOf(IOException.class);
  }

  /** A key saved as UTF-16 or with stray bytes: the message must not quote them. */
  @Test
  void aFileThatIsNoTextIsNamedAndNotQuoted() throws IOException {
    Path file = Files.write(folder.resolve("key"), new byte[] {'s', 'k', (byte) 0xFF, 0});

    assertThatThrownBy(() -> new ApiKeySource("openai", null, file.toString()).read())
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("providers.openai: no API key: file " + file + " cannot be read");
  }

  @Test
  void aVariableIsRead() {
    String name = System.getenv().containsKey("PATH") ? "PATH" : "Path";

    assertThat(new ApiKeySource("openai", name, null).read())
        .isEqualTo(System.getenv(name).strip());
  }

  @Test
  void aVariableThatIsNotSetIsNamed() {
    assertThatThrownBy(() -> new ApiKeySource("openai", "PENSTOCK_NO_SUCH_KEY", null).read())
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "providers.openai: no API key: environment variable PENSTOCK_NO_SUCH_KEY is not set");
  }
}
