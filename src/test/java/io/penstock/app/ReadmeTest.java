package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.penstock.config.JobSpec;
import io.penstock.domain.FailureKind;
import io.penstock.lake.Columns;
import io.penstock.report.RunSummary;
import io.penstock.yaml.Key;
import io.penstock.yaml.RecordReader;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.types.StructField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's reference tables say what the code has. */
class ReadmeTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  @TempDir Path folder;

  /** Key path to its fallback as the record says it. */
  private static void collect(Class<?> type, String path, Map<String, String> keys) {
    for (RecordComponent component : type.getRecordComponents()) {
      Key key = component.getAnnotation(Key.class);
      String name = path + RecordReader.keyOf(component);
      if (key != null && key.rest()) {
        keys.put(path + "<parameter>", "");
      } else if (component.getType().isRecord()) {
        collect(component.getType(), name + ".", keys);
      } else {
        collectLeaf(component.getGenericType(), name, key, keys);
      }
    }
  }

  private static void collectLeaf(Type type, String name, Key key, Map<String, String> keys) {
    Type element =
        type instanceof ParameterizedType generic
            ? generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1]
            : type;
    boolean list = type instanceof ParameterizedType generic && generic.getRawType() == List.class;
    boolean records = element instanceof Class<?> plain && plain.isRecord();
    if (!records || list) {
      boolean map = type instanceof ParameterizedType && !list;
      keys.put(name, key != null && !key.fallback().isEmpty() ? key.fallback() : map ? "{}" : "");
    }
    if (records) {
      collect((Class<?>) element, name + (list ? "[]." : ".*."), keys);
    }
  }

  @Test
  void theJobFileReferenceHasEveryKeyWithItsDefault() throws IOException {
    Map<String, String> expected = new LinkedHashMap<>();
    collect(JobSpec.class, "", expected);
    Map<String, String> told = new LinkedHashMap<>();
    for (String[] row : Readme.rows("Job file")) {
      told.put(row[0].replaceAll("[*]{2}|`", ""), row[1].replace("`", ""));
    }

    assertThat(told).containsExactlyInAnyOrderEntriesOf(expected);
  }

  @Test
  void theResultColumnsAreTheOnesWritten() throws IOException {
    List<String> told =
        Readme.rows("Result columns").stream()
            .map(row -> row[0].replace("`", "") + " " + row[1].replace("\\", ""))
            .toList();

    List<String> written =
        new ArrayList<>(Stream.of(Columns.RESULTS.fields()).map(ReadmeTest::describe).toList());
    written.add(1, Columns.PARSED + " struct"); // of the schema's properties
    assertThat(told).containsExactlyElementsOf(written);
  }

  private static String describe(StructField field) {
    return field.name() + " " + field.dataType().catalogString();
  }

  @Test
  void everyFailureKindIsTold() throws IOException {
    List<String> told =
        Readme.rows("Failure kinds").stream()
            .flatMap(row -> Arrays.stream(row[0].split(", ")))
            .toList();

    assertThat(told)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(FailureKind.values()).map(Enum::name).toList());
  }

  @Test
  void everyFieldOfTheSummaryIsTold() throws IOException {
    String section = Readme.text().split("\n## Exit codes\n")[1].split("\n## ")[0];

    for (RecordComponent component : RunSummary.class.getRecordComponents()) {
      assertThat(section).contains(RecordReader.keyOf(component));
    }
  }

  @Test
  void theJobsShownAreValid() throws IOException {
    int shown = 0;
    for (ObjectNode job : Readme.jobs()) {
      Path file =
          Files.writeString(
              folder.resolve("job" + shown++ + ".yaml"), YAML.writeValueAsString(job));
      assertThat(JobFile.read(file.toString(), List.of(), JobWiring.DIALECTS).spec().name())
          .isEqualTo("ticket-triage");
    }

    assertThat(shown).isGreaterThanOrEqualTo(6);
  }

  @Test
  void theQuickstartIsValid() {
    assertThat(JobFile.read("jobs/quickstart.yaml", List.of(), JobWiring.DIALECTS).spec().name())
        .isEqualTo("quickstart");
  }
}
