package io.penstock.pipeline;

import io.penstock.prompt.PromptTemplate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What in a job's templates keeps providers' prompt caches from serving as much as they could. */
final class PrefixWarnings {
  /** Shorter texts are not worth a word. */
  private static final int LEAST_CHARS = 80;

  private static final int SHOWN_CHARS = 40;

  private PrefixWarnings() {}

  static List<String> of(JobSetup.Templates templates) {
    List<String> warnings = new ArrayList<>();
    add("prompt.system", templates.system(), warnings);
    add("prompt.user", templates.user(), warnings);
    return warnings;
  }

  private static void add(String key, @Nullable PromptTemplate template, List<String> warnings) {
    if (template == null) {
      return;
    }
    for (PromptTemplate.LaterText later : template.laterTexts()) {
      String text = later.text().strip();
      if (text.length() >= LEAST_CHARS) {
        warnings.add(
            "warning: prompt.cache_prefix: in "
                + key
                + " the text that begins with '"
                + text.substring(0, SHOWN_CHARS).replaceAll("\\s+", " ")
                + "' stands after {"
                + later.column()
                + "}, where no prompt cache can serve it; it could stand first");
      }
    }
  }
}
