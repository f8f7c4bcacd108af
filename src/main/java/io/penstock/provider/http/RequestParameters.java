package io.penstock.provider.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.domain.ModelSettings;
import java.util.HashSet;
import java.util.Set;

/**
 * What every request of one model carries beside its messages: output limit, generation parameters,
 * extra fields. Thread-safe.
 */
public final class RequestParameters {
  private final ObjectNode json;

  private RequestParameters(ObjectNode json) {
    this.json = json;
  }

  /**
   * @param limitField the dialect's name for the output limit, which is written where there is one
   */
  public static RequestParameters of(ModelSettings model, String limitField) {
    ObjectNode all = WireJson.object();
    if (model.maxOutputTokens() != null) {
      all.put(limitField, model.maxOutputTokens());
    }
    all.setAll(WireJson.object(model.parametersJson()));
    all.setAll(WireJson.object(model.extraJson()));
    return new RequestParameters(all);
  }

  /** The same with one more, or in the place of one. */
  public RequestParameters with(String field, JsonNode value) {
    ObjectNode all = json.deepCopy();
    all.set(field, value);
    return new RequestParameters(all);
  }

  /** Not to be changed. */
  public ObjectNode json() {
    return json;
  }

  /** The fields that a refusal may name and that belong to no single row. */
  public Set<String> fields() {
    return fieldsAnd("model");
  }

  /** With one more, which is sent beside the parameters. */
  public Set<String> fieldsAnd(String further) {
    Set<String> fields = new HashSet<>(Set.of("model"));
    fields.add(further);
    json.fieldNames().forEachRemaining(fields::add);
    return Set.copyOf(fields);
  }
}
