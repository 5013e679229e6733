//! Rows are what the domain's own fold says, however the events were batched.

use flowgrid_projections::{ModelName, RuntimeOptions};
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::story::{steps, tell};
use crate::world::World;

#[test]
fn rows_are_the_fold_of_their_events() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (world, process) = runtime.block_on(async {
        let world = World::start().await;
        let process = world.process(RuntimeOptions::default()).await;
        process.ready().await;
        (world, process)
    });
    let case = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(Config {
        cases: 24,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&steps(), |steps| {
            case.set(case.get() + 1);
            let tenant = format!("case-{}", case.get());
            runtime.block_on(async {
                for append in tell(&tenant, &steps) {
                    world.append(append).await;
                }
                process.reaches_head(&world).await;
                for model in ModelName::ALL {
                    let report = process.admin.verify(model).await.unwrap();
                    if !report.is_clean() {
                        return Err(TestCaseError::fail(format!("{report:?}")));
                    }
                }
                Ok(())
            })
        })
        .unwrap();
    // The same history in one bulk: a rebuild merges far more events into one write.
    runtime.block_on(async {
        for model in ModelName::ALL {
            process.admin.request_rebuild(model, false).await.unwrap();
            process.rebuild_is(model, "live").await;
        }
        process.assert_verified().await;
        process.ends().await;
    });
}
