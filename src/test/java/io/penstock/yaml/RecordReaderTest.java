package io.penstock.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecordReaderTest {
  private final Problems problems = new Problems("pump.yaml");

  record Pump(
      @Key(required = true) String name,
      @Nullable String colour,
      @Key(fallback = "3", min = 1, max = 9) Integer stages,
      @Nullable @Key(min = 0) Long litres,
      @Key(fallback = "false") Boolean reversible,
      @Nullable BigDecimal pricePerUnit,
      @Key(
              fallback = "water",
              oneOf = {"water", "oil"})
          String fluid,
      Motor motor,
      @Nullable List<Valve> valves,
      Map<String, Valve> outlets,
      @Nullable JsonNode notes) {}

  record Motor(@Key(fallback = "50") Integer hertz, @Nullable Integer gear1st) {
    Motor {
      if (hertz == 13) {
        throw new IllegalArgumentException("hertz must not be 13");
      }
    }
  }

  record Valve(@Key(required = true) String maker, @Key(rest = true) Map<String, JsonNode> more) {}

  record Tank(@Key(required = true) Motor motor, @Key(required = true) Map<String, Valve> valves) {}

  @Test
  void absentKeysHaveTheirDefaultsAtEveryDepth() {
    Pump pump = read("name: p1");

    assertThat(pump)
        .isEqualTo(
            new Pump(
                "p1",
                null,
                3,
                null,
                false,
                null,
                "water",
                new Motor(50, null),
                null,
                Map.of(),
                null));
  }

  @Test
  void nullsAreAsIfAbsent() {
    assertThat(read("{name: p1, stages: null, motor: null, outlets: null, colour: null}"))
        .isEqualTo(read("name: p1"));
  }

  @Test
  void readsEveryType() {
    Pump pump =
        read(
            """
            {name: 17, colour: red, stages: 9, litres: 12345678901, reversible: true,
             price_per_unit: "0.15", fluid: oil, motor: {hertz: 60, gear_1st: 2},
             valves: [{maker: a}], outlets: {"top.left": {maker: b, size: 2}}, notes: [1, x]}
            """);

    assertThat(pump.name()).isEqualTo("17");
    assertThat(pump.litres()).isEqualTo(12345678901L);
    assertThat(pump.pricePerUnit()).isEqualByComparingTo("0.15");
    assertThat(pump.motor()).isEqualTo(new Motor(60, 2));
    assertThat(pump.valves()).containsExactly(new Valve("a", Map.of()));
    assertThat(pump.outlets().get("top.left").more().get("size").intValue()).isEqualTo(2);
    assertThat(pump.notes()).hasToString("[1,\"x\"]");
  }

  @Test
  void unknownKeysAreNamedWithTheNearest() {
    refuses("{name: a, colur: red}", "pump.yaml: colur: unknown key; did you mean 'colour'?");
    refuses(
        "{name: a, motor: {volts: 3}}",
        "pump.yaml: motor.volts: unknown key; known are: gear_1st, hertz");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name: [a]                      | name: must be a text, is a list",
        "{name: a, stages: two}         | stages: must be a whole number, is 'two'",
        "{name: a, stages: 2.5}         | stages: must be a whole number, is '2.5'",
        "{name: a, stages: '2'}         | stages: must be a whole number, is '2'",
        "{name: a, stages: 3000000000}  | stages: must be a whole number, is '3000000000'",
        "{name: a, litres: 1e30}        | litres: must be a whole number, is '1E+30'",
        "{name: a, reversible: 'true'}  | reversible: must be true or false, is 'true'",
        "{name: a, price_per_unit: dear} | price_per_unit: must be a number, is 'dear'",
        "{name: a, price_per_unit: {}}  | price_per_unit: must be a number, is a mapping",
        "{name: a, motor: 5}            | motor: must be a mapping of keys to values, is '5'",
        "{name: a, valves: {}}          | valves: must be a list, is a mapping",
        "{name: a, outlets: [x]}        | outlets: must be a mapping, is a list"
      })
  void wrongTypesAreProblems(String yaml, String problem) {
    refuses(yaml, "pump.yaml: " + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: a, stages: 0}    | stages: is 0, must be at least 1 and at most 9",
        "{name: a, stages: 10}   | stages: is 10, must be at least 1 and at most 9",
        "{name: a, litres: -1}   | litres: is -1, must be at least 0",
        "{name: a, fluid: wine}  | fluid: is 'wine', must be one of water, oil",
        "{colour: red}           | name: is required",
        "{name: null}            | name: is required",
        "{name: '  '}            | name: must not be empty",
        "{name: a, motor: {hertz: 13}} | motor: hertz must not be 13"
      })
  void valuesThatAreNotAllowedAreProblems(String yaml, String problem) {
    refuses(yaml, "pump.yaml: " + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: a, valves: [{maker: a}, {size: 1}]}    | valves[1].maker: is required",
        "{name: a, valves: [{maker: a}, 7]}            | valves[1]: must be a mapping of keys to values, is '7'",
        "{name: a, valves: [null]}                     | valves[0]: must be a mapping of keys to values, is nothing",
        "{name: a, outlets: {up: {maker: {}}}}         | outlets.up.maker: must be a text, is a mapping",
        "{name: a, outlets: {up: {maker: b}, down: 1}} | outlets.down: must be a mapping of keys to values, is '1'"
      })
  void problemsInListsAndMapsNameTheirPath(String yaml, String problem) {
    refuses(yaml, "pump.yaml: " + problem);
  }

  @Test
  void requiredMappingsHaveNoDefaults() {
    assertThat(new RecordReader(problems).read(tree("{}"), Tank.class, "tank")).isNull();
    assertThatThrownBy(problems::throwIfAny)
        .hasMessage("pump.yaml: tank.motor: is required\npump.yaml: tank.valves: is required");
  }

  @Test
  void saysAllProblemsAtOnce() {
    refuses(
        "{colur: red, stages: 0, fluid: wine, motor: {hertz: x}}",
        """
        pump.yaml: colur: unknown key; did you mean 'colour'?
        pump.yaml: name: is required
        pump.yaml: stages: is 0, must be at least 1 and at most 9
        pump.yaml: fluid: is 'wine', must be one of water, oil
        pump.yaml: motor.hertz: must be a whole number, is 'x'""");
  }

  @Test
  void theRestTakesEveryOtherKeyInOrder() {
    Pump pump = read("{name: a, outlets: {up: {zeta: 1, maker: m, alpha: null}}}");

    Valve valve = pump.outlets().get("up");
    assertThat(valve.more().keySet()).containsExactly("zeta", "alpha");
    assertThat(valve.maker()).isEqualTo("m");
  }

  @Test
  void keysAreSnakeCaseWithoutTheRest() {
    assertThat(RecordReader.keys(Valve.class)).containsExactly("maker");
    assertThat(RecordReader.keys(Motor.class)).containsExactly("hertz", "gear_1st");
    assertThat(RecordReader.keys(Pump.class)).contains("price_per_unit");
  }

  record Turkish(@Nullable Integer maxInputLitres) {}

  @Test
  void keysAreTheSameInEveryLanguage() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr")); // there a small I has no dot
      assertThat(RecordReader.keys(Turkish.class)).containsExactly("max_input_litres");
    } finally {
      Locale.setDefault(before);
    }
  }

  private Pump read(String yaml) {
    Pump pump = new RecordReader(problems).read(tree(yaml), Pump.class, "");
    assertThatCode(problems::throwIfAny).doesNotThrowAnyException();
    return pump;
  }

  private void refuses(String yaml, String message) {
    Problems found = new Problems("pump.yaml");
    assertThat(new RecordReader(found).read(tree(yaml), Pump.class, "")).isNull();
    assertThatThrownBy(found::throwIfAny)
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessage(message);
  }

  private JsonNode tree(String yaml) {
    return YamlTree.parse(yaml, problems);
  }
}
