// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.computer.Action;
import dev.cadre.computer.Action.Point;
import dev.cadre.computer.Environment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RequiresChromium.class)
class SharedBrowserTest {
    /** Its title says what it finds of others: what they stored, whether one is there, and where the pointer is. */
    private static final String CURIOUS = """
            <div id=d style='position:absolute;top:350px;left:40px;width:400px;height:32px'>here</div>
            <script>
              const found = [document.cookie, localStorage.x, sessionStorage.x, opener].join('');
              document.cookie = 'x=cookie;max-age=999';
              localStorage.x = 'stored';
              sessionStorage.x = 'stored for the session';
              const others = new BroadcastChannel('x');
              others.onmessage = message => {
                if (message.data === 'who') others.postMessage('I');
                else document.title = 'another page';
              };
              others.postMessage('who');
              d.onmouseover = () => document.title = 'pointer';
              document.title = found || 'nothing';
            </script>""";

    @Test
    void page_findsNothingOfTheOneBefore() throws Exception {
        try (FormServer site = new FormServer().with(CURIOUS);
                SharedBrowser browser = SharedBrowser.startingAt(site.address())) {
            for (int i = 0; i < 2; i++) {
                try (Environment page = browser.open()) {
                    var look = new Action.Look();
                    assertThat(page.scene(look).title()).as("page %d", i).isEqualTo("nothing");

                    var move = new Action.Move(new Point(56, 366), List.of());
                    page.perform(move, page.scene(move));
                    assertThat(page.scene(look).title()).isEqualTo("pointer");
                }
            }
        }
    }
}
