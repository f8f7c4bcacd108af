package io.penstock.pipeline;

import io.penstock.report.ReportPage;
import io.penstock.report.RunFiles;
import io.penstock.store.WholeFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** A run folder as the place of a report: of the files it is drawn from, and of its page. */
public final class ReportFolder {
  /** The page. */
  public static final String PAGE = "report.html";

  static final String FIGURES = "report.json";
  static final String BATCHES = "batches.json";
  private static final String ENDING = ".json";

  private final Path folder;
  private final Configuration hadoop;

  /**
   * @param path on any file system that Hadoop knows
   */
  public ReportFolder(String path, Configuration hadoop) {
    this.folder = new Path(path);
    this.hadoop = hadoop;
  }

  /**
   * Draws the page from the folder's files and puts it there, whole. Returns its path.
   *
   * @throws InvalidInputException when it is no folder of a run that was published
   */
  public String draw() throws IOException {
    RunFiles files =
        new RunFiles(
            summary(),
            read(FIGURES),
            read(RunFolder.PLAN),
            read(BATCHES),
            readAll("limits"),
            readAll("timeline"));
    Path page = new Path(folder, PAGE);
    try {
      WholeFile.write(page, ReportPage.of(files), hadoop);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(folder + ": " + e.getMessage());
    }
    return page.toString();
  }

  /** Takes away the page that was drawn before. */
  void clear() throws IOException {
    Path page = new Path(folder, PAGE);
    page.getFileSystem(hadoop).delete(page, false);
  }

  private String summary() throws IOException {
    FileSystem files = folder.getFileSystem(hadoop);
    if (!files.exists(folder)) {
      throw new InvalidInputException("there is no run folder " + folder);
    }
    String summary = read(RunFolder.SUMMARY);
    if (summary == null) {
      throw new InvalidInputException(
          folder
              + " has no "
              + RunFolder.SUMMARY
              + ": it is no run folder, or its run has not been published yet");
    }
    return summary;
  }

  private @Nullable String read(String name) throws IOException {
    try {
      return WholeFile.read(new Path(folder, name), hadoop);
    } catch (FileNotFoundException e) {
      return null;
    }
  }

  private SortedMap<String, String> readAll(String name) throws IOException {
    SortedMap<String, String> texts = new TreeMap<>();
    Path parent = new Path(folder, name);
    FileSystem files = parent.getFileSystem(hadoop);
    if (files.exists(parent)) {
      for (FileStatus file : files.listStatus(parent)) {
        String found = file.getPath().getName();
        if (found.endsWith(ENDING) && !found.startsWith(".")) {
          String text = WholeFile.read(file.getPath(), hadoop);
          texts.put(found.substring(0, found.length() - ENDING.length()), text);
        }
      }
    }
    return texts;
  }
}
