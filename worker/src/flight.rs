//! One piece of work for all who ask for it at the same time, within one isolate.
//!
//! The runtime ties every wait to the request that began it: a request must not be woken by another's work. So whoever comes
//! second looks, at short intervals of its own, whether the first is done. A first one whose request went away stops
//! beating, and the next takes over. Between isolates the cache does the same, by digest.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::problem::{Kind, Problem};
use crate::wait::{now, sleep};

/// Milliseconds without a beat after which work counts as abandoned. Longer than any single wait.
const ABANDONED: f64 = 45_000.0;
/// Milliseconds between two looks: the first, and the longest.
const LOOK: (u64, u64) = (2, 40);
/// The longest of whoever waits first, and is most often alone.
const LOOK_OF_FIRST: u64 = 5;

/// A piece of work on its way.
pub(crate) struct Flight<T, P> {
    beat: Cell<f64>,
    outcome: RefCell<Option<Result<T, Problem>>>,
    is_awaited: Cell<bool>,
    /// How far it is.
    pub(crate) progress: RefCell<P>,
}

impl<T: Clone, P: Default> Flight<T, P> {
    fn new() -> Self {
        Self { beat: Cell::new(now()), outcome: RefCell::new(None), is_awaited: Cell::new(false), progress: RefCell::default() }
    }

    /// Says that the work goes on.
    pub(crate) fn beat(&self) {
        self.beat.set(now());
    }

    fn is_abandoned(&self) -> bool {
        self.outcome.borrow().is_none() && now() - self.beat.get() > ABANDONED
    }

    /// Waits for the outcome; `each` is called at every look.
    ///
    /// # Errors
    /// The work's own problem, or that it was abandoned.
    pub(crate) async fn wait(&self, each: impl Fn()) -> Result<T, Problem> {
        let longest = if self.is_awaited.replace(true) { LOOK.1 } else { LOOK_OF_FIRST };
        let (mut watch, mut slept, mut pause) = (Watch::default(), 0, LOOK.0);
        loop {
            if let Some(outcome) = watch.look(self, slept) {
                return outcome;
            }
            each();
            sleep(pause).await;
            slept = pause;
            pause = (pause * 2).min(longest);
        }
    }
}

/// Somebody's watch over a flight. Silence is counted in what was slept between two looks, not by the clock: where the whole
/// machine stood still, nobody could beat.
#[derive(Default)]
pub(crate) struct Watch {
    beat: f64,
    silent: u64,
}

impl Watch {
    /// The outcome when there is one, so many milliseconds after the look before. The work of a request that went away has
    /// none, and counts as abandoned.
    pub(crate) fn look<T: Clone, P: Default>(&mut self, flight: &Flight<T, P>, slept: u64) -> Option<Result<T, Problem>> {
        if let Some(outcome) = flight.outcome.borrow().clone() {
            return Some(outcome);
        }
        let beat = flight.beat.get();
        self.silent = if beat == self.beat { self.silent + slept } else { 0 };
        self.beat = beat;
        let is_abandoned = self.silent as f64 > ABANDONED;
        is_abandoned.then(|| Err(Problem::new(Kind::Internal, "the work was abandoned; ask again")))
    }
}

/// Work on its way, by what it is about.
pub(crate) struct Flights<T, P>(RefCell<HashMap<String, Rc<Flight<T, P>>>>);

impl<T: Clone, P: Default> Flights<T, P> {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self(RefCell::default())
    }

    /// The flight for `key`, and whether the caller has to do the work: then it must call [`Self::land`].
    pub(crate) fn join(&self, key: &str) -> (Rc<Flight<T, P>>, bool) {
        let mut flights = self.0.borrow_mut();
        if let Some(flight) = flights.get(key).filter(|flight| !flight.is_abandoned()) {
            return (Rc::clone(flight), false);
        }
        let flight = Rc::new(Flight::new());
        flights.insert(key.to_owned(), Rc::clone(&flight));
        (flight, true)
    }

    /// Ends a flight: those who wait see the outcome, those who come later start anew.
    pub(crate) fn land(&self, key: &str, flight: &Rc<Flight<T, P>>, outcome: Result<T, Problem>) {
        *flight.outcome.borrow_mut() = Some(outcome);
        let mut flights = self.0.borrow_mut();
        if flights.get(key).is_some_and(|known| Rc::ptr_eq(known, flight)) {
            flights.remove(key);
        }
    }
}

/// So many may work at once: memory is what is scarce.
pub(crate) struct Gate {
    room: usize,
    inside: RefCell<Vec<Rc<Cell<f64>>>>,
    queue: RefCell<Vec<(u64, f64)>>,
    next: Cell<u64>,
}

/// A place in the queue: whoever gives up waiting leaves it.
struct Ticket<'a> {
    gate: &'a Gate,
    number: u64,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.gate.queue.borrow_mut().retain(|(number, _)| *number != self.number);
    }
}

/// A place inside a gate.
pub(crate) struct Place {
    gate: Rc<Gate>,
    beat: Rc<Cell<f64>>,
}

impl Gate {
    /// A gate with room for so many.
    pub(crate) fn new(room: usize) -> Rc<Self> {
        Rc::new(Self { room, inside: RefCell::default(), queue: RefCell::default(), next: Cell::new(0) })
    }

    /// Waits for a place, in order of arrival; `each` is called at every look.
    pub(crate) async fn enter(self: Rc<Self>, each: impl Fn()) -> Place {
        let number = self.next.get();
        self.next.set(number + 1);
        self.queue.borrow_mut().push((number, now()));
        let ticket = Ticket { gate: &self, number };
        while let Some(before) = self.before(number) {
            each();
            // Whoever is next looks often, whoever is far behind has time.
            sleep((LOOK.0 * (before as u64 + 1)).min(LOOK.1)).await;
        }
        drop(ticket);
        let beat = Rc::new(Cell::new(now()));
        self.inside.borrow_mut().push(Rc::clone(&beat));
        Place { gate: self, beat }
    }

    /// How many come before this ticket; none when it is its turn.
    fn before(&self, ticket: u64) -> Option<usize> {
        let now = now();
        // Whoever's request went away looks no more, and must not keep the others out.
        self.inside.borrow_mut().retain(|beat| now - beat.get() <= ABANDONED);
        let mut queue = self.queue.borrow_mut();
        queue.retain(|(waiting, beat)| *waiting == ticket || now - beat <= ABANDONED);
        let before = queue.iter().position(|(waiting, _)| *waiting == ticket).unwrap_or_else(|| {
            // It was taken for gone, after a machine had slept.
            queue.push((ticket, now));
            queue.len() - 1
        });
        if before == 0 && self.inside.borrow().len() < self.room {
            return None;
        }
        if let Some(mine) = queue.get_mut(before) {
            mine.1 = now;
        }
        Some(before)
    }
}

impl Place {
    /// Says that the work goes on.
    pub(crate) fn beat(&self) {
        self.beat.set(now());
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.gate.inside.borrow_mut().retain(|beat| !Rc::ptr_eq(beat, &self.beat));
    }
}
