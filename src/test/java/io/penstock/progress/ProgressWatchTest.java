package io.penstock.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressWatchTest {
  private final Scene scene = new Scene();
  private final List<String> written = new ArrayList<>();

  /** Keeps what it was told. */
  private static final class Noted implements ProgressWatch.Screen {
    final List<String> said = new ArrayList<>();
    List<String> shown = List.of();
    private final boolean live;

    Noted(boolean live) {
      this.live = live;
    }

    @Override
    public boolean isLive() {
      return live;
    }

    @Override
    public void show(List<String> lines) {
      shown = lines;
    }

    @Override
    public void say(String line) {
      said.add(line);
    }
  }

  private ProgressWatch watch(ProgressWatch.Screen screen, ProgressWatch.Shelf shelf) {
    return new ProgressWatch(
        scene.progress, new Timeline(Instant.EPOCH), screen, shelf, scene::nanos);
  }

  private void look(ProgressWatch watch, int seconds) {
    for (int second = 0; second < seconds; second++) {
      scene.pass(1);
      watch.look();
    }
  }

  @Test
  void saysALineEveryHalfMinuteWhereThereIsNoTerminal() {
    Noted screen = new Noted(false);
    ProgressWatch watch = watch(screen, written::add);
    scene.progress.stage("calling");

    look(watch, 95);

    assertThat(screen.said).hasSize(3).allMatch(line -> line.startsWith("progress: calling: "));
    assertThat(screen.shown).isEmpty();
    assertThat(written).hasSize(3);
  }

  @Test
  void showsABlockOnATerminalAndTakesItAway() {
    Noted screen = new Noted(true);
    ProgressWatch watch = watch(screen, written::add);

    look(watch, 40);

    assertThat(screen.shown).isNotEmpty();
    assertThat(screen.said).isEmpty();

    watch.close();
    watch.look();
    assertThat(screen.shown).isEmpty();
  }

  @Test
  void aTimelineThatCannotBeWrittenEndsNothing() {
    ProgressWatch watch =
        watch(
            new Noted(false),
            json -> {
              throw new IOException("no space");
            });

    look(watch, 65);
    watch.write();
    watch.close();
  }

  @Test
  void writesAllOfItAtTheEnd() {
    ProgressWatch watch = watch(new Noted(false), written::add);
    look(watch, 2);
    scene.count(9, 0);

    watch.write();

    assertThat(written).last().asString().contains("\"answered\":9");
  }
}
