// Waits for some milliseconds, and then, for at most two seconds, until the page is complete.
(function (millis) {
  const end = Date.now() + millis + 2000;
  return new Promise(done => {
    const look = () => (document.readyState === 'complete' || Date.now() > end ? done(true) : setTimeout(look, 20));
    setTimeout(look, millis);
  });
})
