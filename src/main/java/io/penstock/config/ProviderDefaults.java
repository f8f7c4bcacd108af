package io.penstock.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.yaml.Problems;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Puts the known providers under the job's own, key by key. */
final class ProviderDefaults {
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
    if (isKnown) {
      JsonNode known = merged.get(name);
      overrides.properties().removeIf(entry -> entry.getValue().equals(known.get(entry.getKey())));
    }
    if (overrides.hasNonNull("identity") && isKnown && known.path(name).has("identity")) {
      problems.add(path + ".identity", "belongs to the known provider and cannot be set");
    } else if (knownIdentities.contains(overrides.path("identity").asText())) {
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
    if (isKnown && overrides.hasNonNull("base_url")) {
      target.remove("identity"); // answers of another server never serve as those of the known one
      target.put("price_as", target.path("price_as").asText(name));
    }
    target.setAll(overrides);
  }
}
