package io.penstock.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.yaml.Problems;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Puts the known providers under the job's own, key by key. A provider of the job that names a
 * known identity is another account of it.
 */
final class ProviderDefaults {
  private static final List<String> KEY_PLACES =
      List.of("api_key_env", "api_key_file", "credential_alias");

  private final ObjectNode known;
  private final Problems problems;

  ProviderDefaults(ObjectNode known, Problems problems) {
    this.known = known;
    this.problems = problems;
  }

  void mergeInto(ObjectNode job) {
    JsonNode own = job.path("providers");
    if (!own.isMissingNode() && !own.isObject()) {
      return; // the reader says so
    }
    ObjectNode merged = known.deepCopy();
    Set<String> identities = new HashSet<>();
    known.findValues("identity").forEach(identity -> identities.add(identity.asText()));
    own.properties().forEach(entry -> merge(merged, entry.getKey(), entry.getValue(), identities));
    merged.remove(withoutAddress(job));
    job.set("providers", merged);
  }

  /** Known ones that the job does not use, and whose address only a job can give. */
  private Set<String> withoutAddress(ObjectNode job) {
    Set<String> names = new HashSet<>(Set.of(JobSpecReader.SIMULATOR));
    job.path("providers").fieldNames().forEachRemaining(names::add);
    job.path("models").forEach(model -> names.add(model.path("provider").asText()));
    return known.properties().stream()
        .filter(entry -> !entry.getValue().has("base_url"))
        .map(Map.Entry::getKey)
        .filter(name -> !names.contains(name))
        .collect(Collectors.toSet());
  }

  private void merge(ObjectNode merged, String name, JsonNode own, Set<String> knownIdentities) {
    if (!(own instanceof ObjectNode overrides)) {
      merged.set(name, own);
      return;
    }
    String path = "providers." + name;
    boolean isKnown = merged.has(name);
    List<String> ownKey = KEY_PLACES.stream().filter(overrides::hasNonNull).toList();
    Optional<String> twin = isKnown ? Optional.empty() : twin(overrides);
    if (isKnown) {
      JsonNode known = merged.get(name);
      overrides.properties().removeIf(entry -> entry.getValue().equals(known.get(entry.getKey())));
    }
    if (overrides.hasNonNull("identity") && isKnown && known.path(name).has("identity")) {
      problems.add(path + ".identity", "belongs to the known provider and cannot be set");
    } else if (knownIdentities.contains(overrides.path("identity").asText()) && twin.isEmpty()) {
      problems.add(
          path + ".identity",
          "is that of a known provider: its answers would serve as the real ones");
    }
    if (name.equals(JobSpecReader.SIMULATOR) && overrides.hasNonNull("base_url")) {
      problems.add(
          path + ".base_url",
          "the simulator runs inside the job; to use a running one, set base_url of another provider to it");
    }
    ObjectNode target = isKnown ? (ObjectNode) merged.get(name) : merged.putObject(name);
    twin.ifPresent(other -> copy(other, target));
    if (isKnown && overrides.hasNonNull("base_url")) {
      target.remove("identity"); // answers of another server never serve as those of the known one
      target.put("price_as", target.path("price_as").asText(name));
    }
    if (!ownKey.isEmpty()) {
      KEY_PLACES.stream().filter(place -> !ownKey.contains(place)).forEach(target::remove);
    }
    target.setAll(overrides);
  }

  /** The known provider that this is another account of: of its identity, and at its address. */
  private Optional<String> twin(JsonNode own) {
    return known.properties().stream()
        .filter(entry -> isTwin(entry.getValue(), own))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static boolean isTwin(JsonNode provider, JsonNode own) {
    return provider.hasNonNull("base_url")
        && provider.hasNonNull("identity")
        && provider.path("identity").equals(own.path("identity"))
        && (!own.hasNonNull("base_url")
            || address(provider.get("base_url")).equals(address(own.get("base_url"))));
  }

  private static String address(JsonNode url) {
    try {
      return BaseUrl.parse(url.asText()).toString();
    } catch (IllegalArgumentException e) {
      return url.asText(); // the checks say so
    }
  }

  private void copy(String other, ObjectNode target) {
    target.setAll((ObjectNode) known.get(other).deepCopy());
    target.remove(KEY_PLACES);
    target.put("price_as", target.path("price_as").asText(other));
  }
}
