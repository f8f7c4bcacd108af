package io.penstock.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.config.JobSpec.ModelSpec;
import io.penstock.config.JobSpec.ProviderSpec;
import io.penstock.schema.SchemaRules;
import io.penstock.yaml.Problems;
import java.util.Map;

/** The checks of the response schema, and that nothing else asks for answers of a certain form. */
final class SchemaChecks {
  private static final String KEY = "prompt.response_schema";

  private final JobSpec spec;
  private final Map<String, DialectRules> dialects;
  private final Problems problems;

  SchemaChecks(JobSpec spec, Map<String, DialectRules> dialects, Problems problems) {
    this.spec = spec;
    this.dialects = dialects;
    this.problems = problems;
  }

  void run() {
    JsonNode schema = spec.prompt().responseSchema();
    if (schema != null) {
      SchemaRules.problem(schema).ifPresent(problem -> problems.add(KEY, problem));
      spec.models().forEach(this::checkModel);
    }
  }

  private void checkModel(String name, ModelSpec model) {
    ProviderSpec provider = spec.providers().get(model.provider());
    DialectRules rules = provider == null ? null : dialects.get(provider.dialect());
    if (rules == null) {
      return; // said at the model or its provider
    }
    ObjectNode parameters = JsonNodeFactory.instance.objectNode().setAll(model.parameters());
    for (String place : rules.structuredOutput()) {
      checkPlace("models." + name, parameters, place);
      checkPlace("models." + name + ".extra", model.extra(), place);
    }
  }

  private void checkPlace(String path, JsonNode parameters, String place) {
    if (!parameters.at("/" + place.replace('.', '/')).isMissingNode()) {
      problems.add(path + "." + place, "cannot stand beside " + KEY + ", which sets it");
    }
  }
}
