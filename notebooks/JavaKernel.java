import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.Diag;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.execution.LocalExecutionControlProvider;
import org.dflib.jjava.jupyter.channels.JupyterConnection;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.BaseKernelBuilder;
import org.dflib.jjava.jupyter.kernel.JupyterIO;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.comm.CommManager;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.history.HistoryManager;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;

/**
 * A Jupyter kernel for Java from 17 on, which runs cells in this JVM, by JShell. Started as a
 * source file with a connection file; see {@code notebooks/run}.
 *
 * <p>A cell shows the text of its last expression, what it prints, and what it gives to {@code
 * html(text)} and {@code png(bytes, words)}. A cell that does not compile, or throws, is an error, and the
 * rest of it is not run.
 */
final class JavaKernel extends BaseKernel {
  /** What cells may call without an import. */
  private static final List<String> AT_HAND =
      List.of(
          "void html(String text) { var data = new org.dflib.jjava.jupyter.kernel.display.DisplayData();"
              + " data.putHTML(text); org.dflib.jjava.jupyter.kernel.BaseKernel.notebookKernel().display(data); }",
          "void png(byte[] picture, String words) { var data = new org.dflib.jjava.jupyter.kernel.display.DisplayData(words);"
              + " data.putData(\"image/png\", java.util.Base64.getEncoder().encodeToString(picture));"
              + " org.dflib.jjava.jupyter.kernel.BaseKernel.notebookKernel().display(data); }");

  private final JShell shell;
  private final SourceCodeAnalysis analysis;

  private JavaKernel(Builder parts) {
    super(
        "penstock-java",
        "1",
        parts.language(),
        List.of(),
        parts.history(),
        parts.io(),
        parts.comms(),
        parts.renderer(),
        null,
        parts.magics(),
        false,
        parts.styler());
    shell =
        JShell.builder()
            .executionEngine(new LocalExecutionControlProvider(), null)
            .compilerOptions("-Xlint:none")
            .build();
    for (String entry : System.getProperty("java.class.path").split(System.getProperty("path.separator"))) {
      shell.addToClasspath(entry);
    }
    analysis = shell.sourceCodeAnalysis();
    AT_HAND.forEach(this::evalRaw);
  }

  public static void main(String[] arguments) throws Exception {
    String connection = Files.readString(Path.of(arguments[0]));
    JupyterConnection jupyter = new JupyterConnection(KernelConnectionProperties.parse(connection));
    JavaKernel kernel = new Builder().build();
    kernel.becomeHandlerForConnection(jupyter);
    jupyter.connect();
    kernel.onStartup();
    jupyter.waitUntilClose();
    System.exit(0); // Spark's threads
  }

  /** Runs all snippets of a cell; the text of the last one where that is an expression. */
  @Override
  public Object evalRaw(String cell) {
    String rest = cell;
    String shown = null;
    while (!rest.isBlank()) {
      CompletionInfo next = analysis.analyzeCompletion(rest);
      if (!next.completeness().isComplete()) {
        throw new IllegalArgumentException("This does not end: " + rest.strip());
      }
      shown = null;
      for (SnippetEvent event : shell.eval(next.source())) {
        shown = outcome(event);
      }
      rest = next.remaining();
    }
    return shown;
  }

  /** Null where there is nothing to show. */
  private String outcome(SnippetEvent event) {
    if (event.exception() != null) {
      throw new IllegalStateException(message(event.exception()));
    }
    boolean waits = event.snippet() instanceof DeclarationSnippet declared
        && shell.unresolvedDependencies(declared).findAny().isPresent();
    if (event.status() == Snippet.Status.REJECTED || waits) {
      throw new IllegalArgumentException(problems(event.snippet()));
    }
    boolean expression = event.snippet().kind() == Snippet.Kind.EXPRESSION
        || event.snippet().subKind() == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND;
    return expression && event.value() != null && !event.value().isEmpty() ? event.value() : null;
  }

  private static String message(Exception error) {
    String name = error instanceof EvalException thrown ? thrown.getExceptionClassName() : error.getClass().getName();
    return name + ": " + error.getMessage();
  }

  private String problems(Snippet snippet) {
    String told =
        shell.diagnostics(snippet).filter(Diag::isError).map(each -> each.getMessage(null)).collect(Collectors.joining("\n"));
    return (told.isEmpty() ? "Something that it names is not declared" : told) + "\nin: " + snippet.source().strip();
  }

  @Override
  public DisplayData inspect(String code, int at, boolean more) {
    String text =
        analysis.documentation(code, at, true).stream()
            .map(each -> each.signature() + "\n" + each.javadoc())
            .collect(Collectors.joining("\n\n"));
    return text.isEmpty() ? null : new DisplayData(text);
  }

  @Override
  public ReplacementOptions complete(String code, int at) {
    int[] anchor = {at};
    List<String> words = new ArrayList<>();
    analysis.completionSuggestions(code, at, anchor).forEach(each -> words.add(each.continuation()));
    return new ReplacementOptions(words.stream().distinct().toList(), anchor[0], at);
  }

  @Override
  public String isComplete(String code) {
    return analysis.analyzeCompletion(code).completeness().isComplete() ? IS_COMPLETE_YES : IS_COMPLETE_MAYBE;
  }

  @Override
  public void interrupt() {
    shell.stop();
  }

  /** Gives out the parts that the base class wants. */
  private static final class Builder extends BaseKernelBuilder<Builder, JavaKernel> {
    LanguageInfo language() {
      return new LanguageInfo.Builder("Java")
          .version(System.getProperty("java.specification.version"))
          .mimetype("text/x-java-source")
          .fileExtension(".jshell")
          .pygments("java")
          .codemirror("text/x-java")
          .build();
    }

    HistoryManager history() {
      return buildHistoryManager();
    }

    JupyterIO io() {
      return buildJupyterIO(buildJupyterIOEncoding());
    }

    CommManager comms() {
      return buildCommManager();
    }

    Renderer renderer() {
      return buildRenderer();
    }

    MagicsRegistry magics() {
      return buildMagicsRegistry();
    }

    StringStyler styler() {
      return buildErrorStyler();
    }

    @Override
    public JavaKernel build() {
      return new JavaKernel(this);
    }
  }
}
