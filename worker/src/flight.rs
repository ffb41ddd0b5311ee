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

/// A piece of work on its way.
pub(crate) struct Flight<T, P> {
    beat: Cell<f64>,
    outcome: RefCell<Option<Result<T, Problem>>>,
    /// How far it is.
    pub(crate) progress: RefCell<P>,
}

impl<T: Clone, P: Default> Flight<T, P> {
    fn new() -> Self {
        Self { beat: Cell::new(now()), outcome: RefCell::new(None), progress: RefCell::default() }
    }

    /// Says that the work goes on.
    pub(crate) fn beat(&self) {
        self.beat.set(now());
    }

    /// The outcome, when there is one.
    pub(crate) fn outcome(&self) -> Option<Result<T, Problem>> {
        let outcome = self.outcome.borrow().clone();
        let abandoned = || Err(Problem::new(Kind::Internal, "the work was abandoned; ask again"));
        outcome.or_else(|| self.is_abandoned().then(abandoned))
    }

    fn is_abandoned(&self) -> bool {
        self.outcome.borrow().is_none() && now() - self.beat.get() > ABANDONED
    }

    /// Waits for the outcome; `each` is called at every look.
    ///
    /// # Errors
    /// The work's own problem, or that it was abandoned.
    pub(crate) async fn wait(&self, each: impl Fn()) -> Result<T, Problem> {
        let mut pause = LOOK.0;
        loop {
            if let Some(outcome) = self.outcome() {
                return outcome;
            }
            each();
            sleep(pause).await;
            pause = (pause * 2).min(LOOK.1);
        }
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
        let ticket = self.next.get();
        self.next.set(ticket + 1);
        self.queue.borrow_mut().push((ticket, now()));
        let mut pause = LOOK.0;
        while !self.is_my_turn(ticket) {
            each();
            sleep(pause).await;
            pause = (pause * 2).min(LOOK.1);
        }
        let beat = Rc::new(Cell::new(now()));
        self.inside.borrow_mut().push(Rc::clone(&beat));
        Place { gate: self, beat }
    }

    /// Takes the ticket from the queue when there is room and nobody came earlier.
    fn is_my_turn(&self, ticket: u64) -> bool {
        let now = now();
        // Whoever's request went away looks no more, and must not keep the others out.
        self.inside.borrow_mut().retain(|beat| now - beat.get() <= ABANDONED);
        let mut queue = self.queue.borrow_mut();
        if let Some(mine) = queue.iter_mut().find(|(waiting, _)| *waiting == ticket) {
            mine.1 = now;
        }
        queue.retain(|(_, beat)| now - beat <= ABANDONED);
        if self.inside.borrow().len() >= self.room || queue.first().is_some_and(|(first, _)| *first != ticket) {
            return false;
        }
        queue.retain(|(waiting, _)| *waiting != ticket);
        true
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
