use proptest::prelude::*;

use super::*;

fn shape(column: Column, half: i64) -> Shape {
    Shape { width: 100, half, below: half % 3 * 10, column }
}

fn link((from, to): (usize, usize)) -> Link {
    Link { from, to, width: 60, height: 16 }
}

/// Free boxes, and lines between them.
fn placed(count: usize, links: &[(usize, usize)]) -> Layout {
    let shapes = vec![shape(Column::Free, 20); count];
    let links: Vec<_> = links.iter().copied().map(link).collect();
    layout(&shapes, &links).unwrap()
}

fn lefts(layout: &Layout) -> Vec<i64> {
    layout.boxes.iter().map(|placed| placed.anchor.x).collect()
}

#[test]
fn a_chain_is_one_straight_line() {
    let layout = placed(3, &[(0, 1), (1, 2)]);
    assert!(lefts(&layout).is_sorted_by(|one, other| one < other));
    let heights: Vec<_> = layout.boxes.iter().map(|placed| placed.anchor.y).collect();
    assert_eq!(heights, [heights[0]; 3]);
    assert!(layout.routes.iter().flat_map(|route| &route.points).all(|point| point.y == heights[0]));
}

#[test]
fn a_box_stands_behind_the_last_that_leads_to_it() {
    let layout = placed(4, &[(0, 3), (0, 1), (1, 2), (2, 3)]);
    assert!(lefts(&layout).is_sorted_by(|one, other| one < other));
}

#[test]
fn of_a_cycle_one_line_leads_back() {
    let layout = placed(3, &[(0, 1), (1, 2), (2, 0)]);
    assert_eq!(layout.routes.iter().map(|route| route.is_back).collect::<Vec<_>>(), [false, false, true]);
    let back = &layout.routes[2].points;
    assert_eq!(back.first().unwrap().x, layout.boxes[2].anchor.x);
    assert_eq!(back.last().unwrap().x, layout.boxes[0].anchor.x + layout.boxes[0].width);
}

#[test]
fn what_a_cycle_leads_to_stands_behind_it() {
    // The box that comes first is in no cycle; the two that come last are the cycle.
    let layout = placed(3, &[(1, 0), (1, 2), (2, 1)]);
    assert_eq!(layout.routes.iter().map(|route| route.is_back).collect::<Vec<_>>(), [false, false, true]);
    // Of two cycles, the one that leads to the other is on the left.
    let layout = placed(4, &[(0, 1), (1, 0), (2, 3), (3, 2), (2, 0)]);
    let is_back: Vec<_> = layout.routes.iter().map(|route| route.is_back).collect();
    assert_eq!(is_back, [false, true, false, true, false]);
}

#[test]
fn lines_that_need_not_cross_do_not() {
    // Two fans, written so that each end stands on the wrong side at first.
    let layout = placed(6, &[(0, 5), (0, 4), (1, 3), (1, 2)]);
    let y = |n: usize| layout.boxes[n].anchor.y;
    assert!((y(0) < y(1)) == (y(4).max(y(5)) < y(2).min(y(3))));
}

#[test]
fn what_stands_alone_is_not_far_from_the_others() {
    let layout = placed(4, &[(0, 1), (0, 2)]);
    assert!(layout.height < 250, "{}", layout.height);
}

#[test]
fn nothing_is_nothing() {
    let layout = placed(0, &[]);
    assert_eq!((layout.width, layout.height), (0, 0));
}

#[test]
fn too_much_is_refused() {
    let links: Vec<_> = (0..300).flat_map(|n| [(n, n + 1), (0, n + 1)]).collect();
    let links: Vec<_> = links.into_iter().map(link).collect();
    assert_eq!(layout(&vec![shape(Column::Free, 20); 301], &links), Err(TooLarge));
}

/// Where a box or a label is: left, top, right, bottom.
type Frame = (i64, i64, i64, i64);

fn frames(shapes: &[Shape], links: &[Link], layout: &Layout) -> Vec<Frame> {
    let boxes = shapes.iter().zip(&layout.boxes).map(|(shape, Placed { anchor, width })| {
        (anchor.x, anchor.y - shape.half, anchor.x + width, anchor.y + shape.half + shape.below)
    });
    let labels = links.iter().zip(&layout.routes).map(|(link, Route { label, .. })| {
        (label.x - link.width / 2, label.y - link.height, label.x + link.width / 2, label.y)
    });
    boxes.chain(labels).collect()
}

fn overlap(one: &Frame, other: &Frame) -> bool {
    one.0 < other.2 && other.0 < one.2 && one.1 < other.3 && other.1 < one.3
}

proptest! {
    #[test]
    fn nothing_lies_on_anything(
        halves in prop::collection::vec(10..60i64, 1..14),
        ends in prop::collection::vec((0..14usize, 0..14usize), 0..30),
    ) {
        let count = halves.len();
        let shapes: Vec<_> = halves.iter().enumerate().map(|(n, &half)| {
            shape(if n < count / 3 { Column::First } else { Column::Free }, half)
        }).collect();
        // Nothing leads to what stands on the left.
        let is_link = |(from, to): &(usize, usize)| from != to && *to >= count / 3;
        let links: Vec<_> =
            ends.iter().map(|(from, to)| (from % count, to % count)).filter(is_link).map(link).collect();
        let drawn = layout(&shapes, &links).unwrap();
        prop_assert_eq!(&layout(&shapes, &links).unwrap(), &drawn);

        let frames = frames(&shapes, &links, &drawn);
        for (n, one) in frames.iter().enumerate() {
            prop_assert!(one.0 >= 0 && one.1 >= 0 && one.2 <= drawn.width && one.3 <= drawn.height, "{one:?}");
            for other in &frames[n + 1..] {
                prop_assert!(!overlap(one, other), "{one:?} {other:?}");
            }
        }
        for (link, route) in links.iter().zip(&drawn.routes) {
            let (from, to) = (drawn.boxes[link.from].anchor.x, drawn.boxes[link.to].anchor.x);
            prop_assert_eq!(route.is_back, from > to);
            prop_assert_ne!(from, to);
            let x = route.points.iter().map(|point| point.x);
            let goes_on = if route.is_back { x.rev().is_sorted() } else { x.is_sorted() };
            prop_assert!(goes_on);
        }
        for (shape, placed) in shapes.iter().zip(&drawn.boxes) {
            prop_assert!(shape.column != Column::First || placed.anchor.x == 0);
        }
    }
}
