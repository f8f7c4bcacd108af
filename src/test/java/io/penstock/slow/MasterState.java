package io.penstock.slow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;

/** What the Master's {@code /json/} page says. */
record MasterState(JsonNode json) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @param origin of the Master's web pages
   * @throws IOException while it does not answer yet, too
   */
  static MasterState read(String origin) throws IOException {
    try (InputStream in = URI.create(origin + "/json/").toURL().openStream()) {
      return new MasterState(JSON.readTree(in));
    }
  }

  int aliveWorkers() {
    return json.path("aliveworkers").asInt();
  }

  int activeApplications() {
    return json.path("activeapps").size();
  }

  /** {@code SUBMITTED, RUNNING, FINISHED, FAILED, KILLED, ERROR}; empty while it is not known. */
  String driver(String id) {
    for (String list : List.of("activedrivers", "completeddrivers")) {
      for (JsonNode driver : json.path(list)) {
        if (driver.path("id").asText().equals(id)) {
          return driver.path("state").asText();
        }
      }
    }
    return "";
  }
}
