package io.penstock.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NearestNameTest {
  private static final Set<String> KNOWN =
      Set.of("temperature", "top_p", "stop", "max_output_tokens");

  @ParameterizedTest
  @CsvSource({
    "temprature,  temperature", // a letter missing
    "temperatture, temperature", // one too many
    "TEMPERATURE, temperature",
    "topp,        top_p",
    "sotp,        stop", // two letters changed places: two changes
    "max_tokens,  ''" // seven letters away: more than a third of its length
  })
  void findsWhatWasMeant(String typed, String meant) {
    assertThat(NearestName.find(typed, KNOWN).orElse("")).isEqualTo(meant);
  }

  @Test
  void aShortNameMayBeTwoLettersAway() {
    assertThat(NearestName.find("ab", List.of("cd"))).contains("cd");
    assertThat(NearestName.find("ab", List.of("cde"))).isEmpty();
  }

  @Test
  void equallyNearNamesAreTakenByTheAlphabet() {
    assertThat(NearestName.find("cat", List.of("rat", "bat", "hat"))).contains("bat");
  }

  @Test
  void asksBackWithTheNearestName() {
    assertThat(NearestName.hint("topp", KNOWN)).isEqualTo("did you mean 'top_p'?");
  }

  @Test
  void listsWhatIsKnownWhereNothingIsNear() {
    assertThat(NearestName.hint("seed_of_the_generator", KNOWN))
        .isEqualTo("known are: max_output_tokens, stop, temperature, top_p");
  }

  @Test
  void longListsAreCut() {
    List<String> many = IntStream.range(10, 41).mapToObj(i -> "parameter_" + i).toList();

    String hint = NearestName.hint("x", many);

    assertThat(hint).contains("parameter_39").doesNotContain("parameter_40").endsWith(", ...");
  }
}
